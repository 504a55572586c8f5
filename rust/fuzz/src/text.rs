//! Text out of a fuzzer's bytes, dense in what tokenizers disagree on.

/// What the bytes from 0x80 on stand for: pieces on the borders between classes and alternatives.
const SOUP: [&str; 96] = [
    "'s",
    "'S",
    "'ſ",
    "'Ll",
    "'RE",
    "'ve",
    "'x",
    "’s",
    "it's",
    "IT'S",
    "don't",
    "we'LL",
    "  ",
    "   ",
    "\r\n",
    "\n\n",
    " \n",
    "\u{3000}",
    "\u{2028}",
    "\u{85}",
    "\u{b}",
    "\u{1c}",
    "\u{200b}",
    "ab",
    "ABC",
    "Ab",
    "aB",
    "HelloWorld",
    "ǅ",
    "ʰ",
    "中",
    "文字",
    "ー",
    "龥龦",
    "〇",
    "々",
    "⺀",
    "゠",
    "・",
    "ァ",
    "カ゛",
    "한국",
    "가\u{11a8}",
    "\u{1100}\u{1161}",
    "ß",
    "ẞ",
    "İ",
    "ı",
    "а",
    "Я",
    "ש",
    "ا",
    "क",
    "्",
    "ก\u{e33}",
    "\u{301}",
    "e\u{301}",
    "\u{20dd}",
    "\u{345}",
    "12",
    "1234",
    "٣",
    "½",
    "Ⅷ",
    "①",
    "２",
    "//",
    "==",
    "...",
    "!?",
    "_",
    "—",
    "№",
    "€",
    "😀",
    "👩\u{200d}👧",
    "🇫🇷",
    "\u{200d}",
    "\u{fe0f}",
    "\u{212a}",
    "\u{212b}",
    "Ω",
    "ﬁ",
    "\u{958}",
    "▁",
    "\u{16ec9}",
    "\u{10d50}",
    "\u{378}",
    "\u{16ff0}",
    "\u{10ffff}",
    "\u{e000}",
    "<|endoftext|>",
    "[INST]",
    "<s>",
    "<0x41>",
    "\u{fffd}",
];

/// Make text: ASCII is itself, the bytes behind it are pieces, 0xF0 and more name a code point
/// with the three bytes that follow, or repeat what there is.
#[must_use]
pub fn text(data: &[u8]) -> String {
    let mut text = String::new();
    let mut bytes = data.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            0..=0x7f => text.push(char::from(byte)),
            0x80..=0xdf => text.push_str(SOUP[usize::from(byte - 0x80)]),
            0xe0..=0xef => repeat_last(&mut text, usize::from(byte & 15) + 2),
            _ => {
                let code = [0; 3].map(|_: u8| bytes.next().unwrap_or(0));
                let code = u32::from_le_bytes([code[0], code[1], code[2], 0]) % 0x11_0000;
                text.extend(char::from_u32(code));
            }
        }
    }
    text
}

fn repeat_last(text: &mut String, times: usize) {
    if let Some(last) = text.chars().next_back() {
        text.extend(std::iter::repeat_n(last, times * times));
    }
}
