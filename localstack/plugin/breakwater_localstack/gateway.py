"""Adds to REST APIs what LocalStack's community edition lacks: TOKEN authorizers for methods, and the configured bodies and
headers of gateway responses."""

import fnmatch
import json
import re
import threading
import time
from collections import defaultdict

from localstack.aws.connect import connect_to
from localstack.runtime import hooks

DEFAULT_TTL_SECONDS = 300
# by the API, the stage, the authorizer and the token: when it expires, and the authorizer's response
_decisions: dict[tuple, tuple[float, dict]] = {}
_decision_locks: dict[tuple, threading.Lock] = defaultdict(threading.Lock)


def _get_header(expression: str, request: dict) -> str | None:
    return request["headers"].get(expression.removeprefix("method.request.header."))


def _get_decision(context, authorizer: dict, event: dict) -> dict:
    """The authorizer's response, cached for its TTL. Of concurrent requests with the same token, one calls the authorizer."""
    key = (context.api_id, context.stage, authorizer["id"], event["authorizationToken"])
    with _decision_locks[key]:
        expires_at, decision = _decisions.get(key, (0, {}))
        return decision if expires_at > time.time() else _call_authorizer(context, authorizer, event, key)


def _call_authorizer(context, authorizer: dict, event: dict, key: tuple) -> dict:
    from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
        AuthorizerConfigurationError,
        UnauthorizedError,
    )

    ttl = authorizer.get("authorizerResultTtlInSeconds")
    ttl = DEFAULT_TTL_SECONDS if ttl is None else int(ttl)
    function = re.search(r"functions/(arn:.+?)/invocations", authorizer["authorizerUri"]).group(1)
    client = connect_to(region_name=context.region, aws_access_key_id=context.account_id).lambda_
    response = client.invoke(FunctionName=function, Payload=json.dumps(event))
    decision = json.loads(response["Payload"].read() or b"null")
    if response.get("FunctionError") and (decision or {}).get("errorMessage") == "Unauthorized":
        raise UnauthorizedError("Unauthorized")
    if response.get("FunctionError") or not isinstance(decision, dict) or not decision.get("principalId"):
        raise AuthorizerConfigurationError()
    if ttl:
        _decisions[key] = (time.time() + ttl, decision)
    return decision


def _effects(decision: dict, arn: str) -> set[str]:
    """The effects of the policy statements that apply to this method."""

    def as_list(value) -> list[str]:
        return [value] if isinstance(value, str) else value or []

    return {
        statement.get("Effect")
        for statement in (decision.get("policyDocument") or {}).get("Statement") or []
        if any(fnmatch.fnmatchcase("execute-api:invoke", action.lower()) for action in as_list(statement.get("Action")))
        and any(fnmatch.fnmatchcase(arn, resource) for resource in as_list(statement.get("Resource")))
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
    token = _get_header(authorizer["identitySource"], request)
    pattern = authorizer.get("identityValidationExpression")
    if not token or (pattern and not re.fullmatch(pattern, token)):
        raise UnauthorizedError("Unauthorized")
    arn = (
        f"arn:aws:execute-api:{context.region}:{context.account_id}:{context.api_id}/{context.stage}/"
        f"{request['http_method']}{request['path']}"
    )
    decision = _get_decision(context, authorizer, {"type": "TOKEN", "methodArn": arn, "authorizationToken": token})
    effects = _effects(decision, arn)
    if "Deny" in effects:
        raise AccessDeniedError("User is not authorized to access this resource with an explicit deny")
    if "Allow" not in effects:
        raise AccessDeniedError("User is not authorized to access this resource")
    context.context_variables["authorizer"] = {
        **{name: _to_text(value) for name, value in (decision.get("context") or {}).items()},
        "principalId": decision["principalId"],
        "integrationLatency": 0,
    }


def _to_text(value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _render(template: str, variables: dict) -> str:
    def replace_variable(match) -> str:
        value = variables
        for part in match[1].split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if match[1] == "error.messageString":
            return json.dumps(value)
        return "" if value is None else str(value)

    return re.sub(r"\$context\.(\w+(?:\.\w+)*)", replace_variable, template)


def _apply_gateway_responses(handler) -> None:
    from localstack.services.apigateway.next_gen.execute_api.gateway_response import get_gateway_response_or_default

    create_default = handler.create_exception_response

    def create_exception_response(self, exception, context):
        response = create_default(self, exception, context)
        responses = context.deployment.rest_api.gateway_responses
        configured = get_gateway_response_or_default(exception.type, responses)
        if configured.get("defaultResponse", True):
            return response
        for target, source in (configured.get("responseParameters") or {}).items():
            is_constant = source.startswith("'")
            value = source.strip("'") if is_constant else _render(f"${source}", context.context_variables)
            response.headers[target.removeprefix("gatewayresponse.header.")] = value
        template = (configured.get("responseTemplates") or {}).get("application/json")
        if template:
            response.data = _render(template, context.context_variables)
        return response

    handler.create_exception_response = create_exception_response


def _insert_authorizer(gateway, handlers) -> None:
    original_init = gateway.RestApiGateway.__init__

    def __init__(self):
        original_init(self)
        self.request_handlers.insert(self.request_handlers.index(handlers.api_key_validation_handler), authorize)

    gateway.RestApiGateway.__init__ = __init__


@hooks.on_infra_start()
def extend_gateway():
    from localstack.services.apigateway.next_gen.execute_api import gateway, handlers
    from localstack.services.apigateway.next_gen.execute_api.handlers import gateway_exception

    _insert_authorizer(gateway, handlers)
    _apply_gateway_responses(gateway_exception.GatewayExceptionHandler)
