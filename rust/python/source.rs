//! Where a vocabulary came from, as Python sees it.

use std::collections::BTreeMap;

use crate::vocabulary::Source;

/// Package, version, file, sha256 and licence by name.
pub(super) fn describe<'a>(source: &'a Source, licence: &'a str) -> BTreeMap<&'a str, &'a str> {
    BTreeMap::from([
        ("package", source.package.as_str()),
        ("version", source.version.as_str()),
        ("file", source.file.as_str()),
        ("sha256", source.sha256.as_str()),
        ("licence", licence),
    ])
}
