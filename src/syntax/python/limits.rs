//! What the parser would take far too long or far too much memory for: each bracket that is
//! open takes two thousand bytes of it, and inside texts with fields that nest, all of the
//! rest is looked through again.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::Mode;
use ruff_python_parser::lexer::lex;

/// The longest text that is parsed, in bytes: its tree takes about thirty times as much.
const LENGTH: usize = 16 << 20;

/// Texts of up to so many bytes cannot nest so deep that it matters.
const SHORT: usize = 20_000;

/// Brackets and texts with fields that may be open at once: what Python itself takes
/// (`MAXLEVEL` of `CPython`'s tokenizer: "too many nested parentheses").
const NESTING: usize = 200;

/// The words and signs of the expressions that are open: each may be one that its
/// successors nest in (`- - -a`, `a.b.c`, `a + b + c`).
const CHAIN: usize = 50_000;

/// Whether a text is longer or nests deeper than is parsed.
pub(super) fn exceeded(text: &str) -> bool {
    text.len() > LENGTH || (text.len() > SHORT && nests_deeper(text))
}

fn nests_deeper(text: &str) -> bool {
    let mut lexer = lex(text, Mode::Module);
    // What each open bracket waits for, and how long the expression was that it is in.
    let mut open: Vec<(TokenKind, usize)> = Vec::new();
    // Of the expression that is innermost, and of all that are open.
    let (mut own, mut all) = (0, 0);
    loop {
        let kind = lexer.next_token();
        let closer = match kind {
            TokenKind::EndOfFile => return false,
            TokenKind::Lpar => Some(TokenKind::Rpar),
            TokenKind::Lsqb => Some(TokenKind::Rsqb),
            TokenKind::Lbrace => Some(TokenKind::Rbrace),
            TokenKind::FStringStart => Some(TokenKind::FStringEnd),
            TokenKind::TStringStart => Some(TokenKind::TStringEnd),
            _ => None,
        };
        own += 1;
        all += 1;
        if let Some(closer) = closer {
            open.push((closer, own));
            own = 0;
        }
        match kind {
            TokenKind::Newline => {
                open.clear();
                (own, all) = (0, 0);
            }
            // What commas part stands side by side.
            TokenKind::Comma | TokenKind::Semi => {
                all -= own;
                own = 0;
            }
            // Texts side by side are one.
            TokenKind::String | TokenKind::FStringMiddle | TokenKind::TStringMiddle => {
                own -= 1;
                all -= 1;
            }
            _ if open.last().is_some_and(|(closer, _)| *closer == kind) => {
                let text = usize::from(matches!(kind, TokenKind::FStringEnd | TokenKind::TStringEnd));
                let before = open.pop().map_or(0, |(_, before)| before);
                all -= own + text;
                own = before - text;
            }
            _ => {}
        }
        if open.len() > NESTING || all > CHAIN {
            return true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nests_is_told_from_what_stands_side_by_side() {
        let nested = |left: &str, right: &str| {
            format!("a = {}x{}\n{}", left.repeat(300), right.repeat(300), "b = 1\n".repeat(4_000))
        };
        let long = |unit: &str| format!("a = [{}]\n", unit.repeat(60_000));
        let deep = [
            nested("(", ")"),
            nested("[", "]"),
            nested("{", "}"),
            nested("f(", ")"),
            nested("f'{", "}'"),
            nested("(')' + ", ")"),
            nested("(]", ")"),
            long("-"),
            long("a."),
            long("not "),
            long("'a' + b + "),
        ];
        for text in &deep {
            assert!(exceeded(text), "{text:.80}");
        }
        let flat = [
            long("'a'"),
            long("-1, "),
            long("f(a, b), "),
            long("{'a': 1}, "),
            "f(a)\n".repeat(60_000),
            "a = 1;".repeat(60_000),
            long("f'{a}', "),
            long("f'{a}' "),
            format!("# {}", "(".repeat(60_000)),
            format!("a = '{}'", "(".repeat(60_000)),
        ];
        for text in &flat {
            assert!(!exceeded(text), "{text:.80}");
        }
    }
}
