"""`ModelStrategy`: process requests with whichever model it was given."""

from collections.abc import Mapping

from bedrock_llm.model import BaseModelImplementation
from bedrock_llm.requests import Request
from bedrock_llm.responses import Response


class ModelStrategy:
    """Send requests through one model implementation, exchangeable at any time.

    A request that names another model keeps its own content and goes to this strategy's model.

    Args:
        model_implementation: The model that answers.
    """

    def __init__(self, model_implementation: BaseModelImplementation) -> None:
        self.model_implementation = model_implementation

    async def process_request(self, request: Request | Mapping[str, object]) -> Response:
        """Send a request and wait for the reply.

        Args:
            request: A `Request`, or a Converse body as boto3 takes it.

        Returns:
            The reply of this strategy's model.

        Raises:
            InvalidRequestError: The request is malformed; nothing was sent.
            BedrockLLMError: As `BaseModelImplementation.generate_text`.
        """
        body = request.to_converse() if isinstance(request, Request) else request
        model = self.model_implementation
        return await model.send_request(Request.from_converse(body, model_id=model.model_id))
