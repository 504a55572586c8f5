"""The keys that the local endpoint accepts.

They open a server on loopback that holds nothing, so the defaults are public and fixed: AWS's own
documentation examples are avoided, so that a scan for leaked keys does not ring.
"""

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr

ACCESS_KEY_ID = "AKIDLOCALBEDROCK0000"
"""The default access key id; it belongs to no account."""

SECRET_ACCESS_KEY = "local-bedrock-secret-access-key-0000000"  # noqa: S105  opens loopback only
"""The default secret access key; it belongs to no account."""


class LocalCredentials(BaseModel):
    """Name one caller that the endpoint knows.

    Attributes:
        access_key_id: The key id that signatures name.
        secret_access_key: The secret that signs.
        session_token: The session token that must come with the key, or None for none.
        expires_at: When the key stops being accepted (`ExpiredTokenException`), or None.
        api_key: A Bedrock API key to accept as a bearer token, or None.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    access_key_id: str = Field(default=ACCESS_KEY_ID, min_length=1)
    secret_access_key: SecretStr = SecretStr(SECRET_ACCESS_KEY)
    session_token: SecretStr | None = None
    expires_at: AwareDatetime | None = None
    api_key: SecretStr | None = None
