//! Tags that only transformers has.

/// Rewrite `{% generation %}`, which marks what the model wrote and prints nothing of its own.
pub(super) fn rewrite(source: &str) -> String {
    let mut rewritten = String::with_capacity(source.len() + 32);
    let mut rest = source;
    while let Some(start) = rest.find("{%") {
        let Some(length) = rest[start..].find("%}") else {
            break;
        };
        let tag = &rest[start..start + length + 2];
        rewritten.push_str(&rest[..start]);
        match rewrite_tag(tag) {
            Some(tag) => rewritten.push_str(&tag),
            None => rewritten.push_str(tag),
        }
        rest = &rest[start + length + 2..];
    }
    rewritten + rest
}

fn rewrite_tag(tag: &str) -> Option<String> {
    let inside = tag.strip_prefix("{%")?.strip_suffix("%}")?;
    let (open, inside) = sign(inside, inside.strip_prefix(['-', '+']));
    let (close, inside) = match inside.strip_suffix(['-', '+']) {
        Some(shorter) => (&inside[shorter.len()..], shorter),
        None => ("", inside),
    };
    let word = match inside.trim() {
        "generation" => "if true",
        "endgeneration" => "endif",
        _ => return None,
    };
    Some(format!("{{%{open} {word} {close}%}}"))
}

fn sign<'tag>(inside: &'tag str, stripped: Option<&'tag str>) -> (&'tag str, &'tag str) {
    match stripped {
        Some(shorter) => (&inside[..inside.len() - shorter.len()], shorter),
        None => ("", inside),
    }
}
