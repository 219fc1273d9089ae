//! The partitions of AWS, the second field of every ARN.

const NAMES: &[&str] = &["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];

/// Whether the second field of an ARN pattern can be a partition: one that exists, a
/// wildcard, or a placeholder of a template.
#[must_use]
pub fn possible(field: &str) -> bool {
    field.contains(['*', '?', '$', '{', '<']) || NAMES.contains(&field)
}

#[cfg(test)]
mod tests {
    use super::possible;

    #[test]
    fn what_exists_and_what_may_stand_for_it() {
        for field in ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "*", "aws*", "${Partition}", "{{p}}", "<partition>"] {
            assert!(possible(field), "{field}");
        }
        for field in ["", "awss", "AWS", "aws-us", "s3"] {
            assert!(!possible(field), "{field}");
        }
    }
}
