"""What a REST API does at run time and LocalStack's community edition leaves out: TOKEN authorizers in front of its
methods, and the bodies and headers of its gateway responses."""

import fnmatch
import json
import re
import threading
import time
from collections import defaultdict

from localstack.aws.connect import connect_to
from localstack.runtime import hooks

DEFAULT_TTL_SECONDS = 300
_decisions: dict[tuple, tuple[float, dict]] = {}
_asking: dict[tuple, threading.Lock] = defaultdict(threading.Lock)


def _header(expression: str, request: dict) -> str | None:
    return request["headers"].get(expression.removeprefix("method.request.header."))


def _decide(context, authorizer: dict, event: dict) -> dict:
    """The authorizer's answer, kept for as long as it asks for; of callers with the same token one asks, the others wait."""
    key = (context.api_id, context.stage, authorizer["id"], event["authorizationToken"])
    with _asking[key]:
        until, decision = _decisions.get(key, (0, {}))
        return decision if until > time.time() else _ask(context, authorizer, event, key)


def _ask(context, authorizer: dict, event: dict, key: tuple) -> dict:
    from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
        AuthorizerConfigurationError,
        UnauthorizedError,
    )

    ttl = authorizer.get("authorizerResultTtlInSeconds")
    ttl = DEFAULT_TTL_SECONDS if ttl is None else int(ttl)
    function = re.search(r"functions/(arn:.+?)/invocations", authorizer["authorizerUri"]).group(1)
    client = connect_to(region_name=context.region, aws_access_key_id=context.account_id).lambda_
    answer = client.invoke(FunctionName=function, Payload=json.dumps(event))
    decision = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError") and (decision or {}).get("errorMessage") == "Unauthorized":
        raise UnauthorizedError("Unauthorized")
    if answer.get("FunctionError") or not isinstance(decision, dict) or not decision.get("principalId"):
        raise AuthorizerConfigurationError()
    if ttl:
        _decisions[key] = (time.time() + ttl, decision)
    return decision


def _effects(decision: dict, arn: str) -> set[str]:
    """The effects of the statements that speak of this method."""

    def listed(value) -> list[str]:
        return [value] if isinstance(value, str) else value or []

    return {
        statement.get("Effect")
        for statement in (decision.get("policyDocument") or {}).get("Statement") or []
        if any(fnmatch.fnmatchcase("execute-api:invoke", action.lower()) for action in listed(statement.get("Action")))
        and any(fnmatch.fnmatchcase(arn, resource) for resource in listed(statement.get("Resource")))
    }


def authorize(chain, context, response):
    from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
        AccessDeniedError,
        AuthorizerConfigurationError,
        UnauthorizedError,
    )

    method = context.resource_method or {}
    if method.get("authorizationType") != "CUSTOM":
        return
    authorizer = context.deployment.rest_api.authorizers.get(method.get("authorizerId"))
    if not authorizer or authorizer["type"] != "TOKEN":
        raise AuthorizerConfigurationError()
    request = context.invocation_request
    token = _header(authorizer["identitySource"], request)
    pattern = authorizer.get("identityValidationExpression")
    if not token or (pattern and not re.fullmatch(pattern, token)):
        raise UnauthorizedError("Unauthorized")
    arn = (
        f"arn:aws:execute-api:{context.region}:{context.account_id}:{context.api_id}/{context.stage}/"
        f"{request['http_method']}{request['path']}"
    )
    decision = _decide(context, authorizer, {"type": "TOKEN", "methodArn": arn, "authorizationToken": token})
    effects = _effects(decision, arn)
    if "Deny" in effects:
        raise AccessDeniedError("User is not authorized to access this resource with an explicit deny")
    if "Allow" not in effects:
        raise AccessDeniedError("User is not authorized to access this resource")
    context.context_variables["authorizer"] = {
        **{name: _text(value) for name, value in (decision.get("context") or {}).items()},
        "principalId": decision["principalId"],
        "integrationLatency": 0,
    }


def _text(value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _render(template: str, variables: dict) -> str:
    def value(match) -> str:
        found = variables
        for part in match[1].split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if match[1] == "error.messageString":
            return json.dumps(found)
        return "" if found is None else str(found)

    return re.sub(r"\$context\.(\w+(?:\.\w+)*)", value, template)


def _answer_as_configured(handler) -> None:
    from localstack.services.apigateway.next_gen.execute_api.gateway_response import get_gateway_response_or_default

    create = handler.create_exception_response

    def create_exception_response(self, exception, context):
        response = create(self, exception, context)
        responses = context.deployment.rest_api.gateway_responses
        configured = get_gateway_response_or_default(exception.type, responses)
        if configured.get("defaultResponse", True):
            return response
        for target, source in (configured.get("responseParameters") or {}).items():
            constant = source.startswith("'")
            value = source.strip("'") if constant else _render(f"${source}", context.context_variables)
            response.headers[target.removeprefix("gatewayresponse.header.")] = value
        template = (configured.get("responseTemplates") or {}).get("application/json")
        if template:
            response.data = _render(template, context.context_variables)
        return response

    handler.create_exception_response = create_exception_response


def _authorize_before_handlers(gateway, handlers) -> None:
    init = gateway.RestApiGateway.__init__

    def __init__(self):
        init(self)
        self.request_handlers.insert(self.request_handlers.index(handlers.api_key_validation_handler), authorize)

    gateway.RestApiGateway.__init__ = __init__


@hooks.on_infra_start()
def extend_gateway():
    from localstack.services.apigateway.next_gen.execute_api import gateway, handlers
    from localstack.services.apigateway.next_gen.execute_api.handlers import gateway_exception

    _authorize_before_handlers(gateway, handlers)
    _answer_as_configured(gateway_exception.GatewayExceptionHandler)
