"""An endpoint on loopback that speaks Bedrock's wire protocol: the offline default and test bench.

    with local_endpoint(FaultPlan(throttle_rate=0.1)) as endpoint:
        boto3.client("bedrock-runtime", endpoint_url=endpoint.url, ...)

Importing this package loads aiohttp and botocore; `import bedrock_llm` does not import it.
"""

from bedrock_llm.local.credentials import LocalCredentials
from bedrock_llm.local.endpoint import LocalEndpoint, local_endpoint
from bedrock_llm.local.faults import FaultPlan, MidStreamError
from bedrock_llm.local.settings import LocalSettings
from bedrock_llm.local.statistics import Statistics

__all__ = [
    "FaultPlan",
    "LocalCredentials",
    "LocalEndpoint",
    "LocalSettings",
    "MidStreamError",
    "Statistics",
    "local_endpoint",
]
