//! `overgrant simulate --requests`: a stream of requests, answered in order.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use rayon::prelude::*;

use super::Exit;
use crate::report::escape;
use crate::simulate;

/// Lines answered at once, at most.
const MAX_LINES: usize = 4096;
/// Bytes of lines answered at once, about.
const MAX_CHUNK: usize = 16 << 20;
/// A longer line is answered with an error.
const MAX_LINE: u64 = 64 << 20;

/// Answers every line of a file; `-` is standard input. A line that cannot be answered
/// gives an error object, and exit status 2 at the end; blank lines give nothing.
pub(super) fn run(file: &Path) -> io::Result<Exit> {
    let reader: Box<dyn Read> = if file.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(file).map_err(|error| {
            io::Error::other(format!("cannot read `{}`: {}", file.display(), error.to_string().to_lowercase()))
        })?)
    };
    let mut reader = BufReader::with_capacity(1 << 20, reader);
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let mut good = true;
    let mut first = true;
    loop {
        let mut lines = Vec::new();
        let more = read_lines(&mut reader, &mut lines)?;
        if first && let Some(Line::Text(line)) = lines.first_mut() {
            if line.starts_with("\u{feff}".as_bytes()) {
                line.drain(..3);
            }
            first = false;
        }
        let answers: Vec<(Vec<u8>, bool)> = lines.par_iter().with_min_len(16).map(answer).collect();
        for (answer, answered) in answers {
            good &= answered;
            out.write_all(&answer)?;
        }
        // Whoever writes requests one by one gets answers one by one.
        out.flush()?;
        if !more {
            return Ok(if good { Exit::Success } else { Exit::Error });
        }
    }
}

/// A line of the file.
enum Line {
    Text(Vec<u8>),
    TooLong,
}

fn answer(line: &Line) -> (Vec<u8>, bool) {
    let (answer, good) = match line {
        Line::Text(text) => simulate::answer_line(text),
        Line::TooLong => (simulate::error(None, "the line is longer than 64 MiB"), false),
    };
    let json = serde_json::to_string(&answer).unwrap_or_default();
    let escaped = match escape::json_text(&json) {
        Cow::Borrowed(_) => None,
        Cow::Owned(escaped) => Some(escaped),
    };
    let mut bytes = escaped.unwrap_or(json).into_bytes();
    bytes.push(b'\n');
    (bytes, good)
}

/// Reads the lines that are there, at least one unless the input has ended. False at the
/// end of the input.
fn read_lines(reader: &mut BufReader<Box<dyn Read>>, lines: &mut Vec<Line>) -> io::Result<bool> {
    let mut bytes = 0;
    while lines.len() < MAX_LINES && bytes < MAX_CHUNK {
        if !lines.is_empty() && !reader.buffer().contains(&b'\n') {
            break;
        }
        let mut line = Vec::new();
        let read = reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(false);
        }
        bytes += read;
        if read as u64 == MAX_LINE && line.last() != Some(&b'\n') {
            skip_line(reader)?;
            lines.push(Line::TooLong);
        } else if !line.trim_ascii().is_empty() {
            lines.push(Line::Text(line));
        }
    }
    Ok(true)
}

fn skip_line(reader: &mut BufReader<Box<dyn Read>>) -> io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        if let Some(at) = memchr::memchr(b'\n', buffer) {
            reader.consume(at + 1);
            return Ok(());
        }
        let length = buffer.len();
        reader.consume(length);
    }
}
