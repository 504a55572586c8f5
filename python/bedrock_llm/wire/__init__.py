"""What every value on Bedrock's wire has in common: reading, writing back, refusing.

    Mapping ──WireModel──► frozen model ──to_converse──► Mapping ──encode_json──► bytes
               │ a key that is not known, a wrong type
               └──────────► one line that names the place, what was found and the nearest known key

Decisions:

- A `WireModel` gives back exactly what it was given: only the keys that were set, in the order
  they came in. The order costs nothing to keep: it is the order of the instance's own `__dict__`,
  which is rebuilt only where the input's order differs from the declared one. Equality and hash
  disregard it.
- A structure of which Bedrock allows one member at a time is a `UnionModel`.
- A content block is written under its key, `{"toolUse": {...}}`; the class holds the inside and
  names the key in `wire_key`. A `BlockUnion` is the table from key to class.
- Blobs are held as bytes. JSON has them in base64; text that is not canonical base64 (a redacted
  recording, say) is kept as the text it is, so that nothing is lost on the way back, and is refused
  where a request is built to be sent.
- JSON documents (tool inputs, schemas) are held as they are, neither walked nor copied;
  `encode_json` refuses what JSON cannot carry and names its place.
- A reply is read with `REPLY`: members that this version does not know are kept, not refused,
  because a paid answer must not be lost to a new key.

Facts: service model of `bedrock-runtime` 2023-09-30 in botocore 1.44.5 (2026-11); aliases are that
model's camelCase names.
"""

from bedrock_llm.wire.blocks import BlockUnion, UnknownBlock
from bedrock_llm.wire.encoding import check_json, encode_json
from bedrock_llm.wire.fields import (
    REPLY,
    Blob,
    JsonDocument,
    JsonValue,
    Matching,
    OneOf,
    Text,
    WireValue,
    is_reply,
    read_blob,
)
from bedrock_llm.wire.models import OrderedModel, UnionModel, WireModel, to_wire, validator_of
from bedrock_llm.wire.refusals import (
    explain,
    nearest_name,
    refuse,
    show_place,
    show_value,
    suggest_name,
)

__all__ = [
    "REPLY",
    "Blob",
    "BlockUnion",
    "JsonDocument",
    "JsonValue",
    "Matching",
    "OneOf",
    "OrderedModel",
    "Text",
    "UnionModel",
    "UnknownBlock",
    "WireModel",
    "WireValue",
    "check_json",
    "encode_json",
    "explain",
    "is_reply",
    "nearest_name",
    "read_blob",
    "refuse",
    "show_place",
    "show_value",
    "suggest_name",
    "to_wire",
    "validator_of",
]
