"""AWS::ApiGateway::Authorizer for CloudFormation, which LocalStack's community edition lacks."""

from localstack.services.cloudformation.resource_provider import (
    CloudFormationResourceProviderPlugin,
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

TYPE = "AWS::ApiGateway::Authorizer"
PARAMETERS = {
    "Name": "name",
    "Type": "type",
    "AuthType": "authType",
    "AuthorizerUri": "authorizerUri",
    "AuthorizerCredentials": "authorizerCredentials",
    "IdentitySource": "identitySource",
    "IdentityValidationExpression": "identityValidationExpression",
    "AuthorizerResultTtlInSeconds": "authorizerResultTtlInSeconds",
}


def _parameters(model: dict) -> dict:
    found = {parameter: model[name] for name, parameter in PARAMETERS.items() if model.get(name) is not None}
    if "authorizerResultTtlInSeconds" in found:
        found["authorizerResultTtlInSeconds"] = int(found["authorizerResultTtlInSeconds"])
    return found


def _done(request: ResourceRequest, model: dict) -> ProgressEvent:
    return ProgressEvent(OperationStatus.SUCCESS, resource_model=model, custom_context=request.custom_context)


class AuthorizerProvider(ResourceProvider[dict]):
    TYPE = TYPE
    SCHEMA = {
        "typeName": TYPE,
        "properties": {name: {} for name in (*PARAMETERS, "RestApiId", "AuthorizerId")},
        "required": ["RestApiId", "Name", "Type"],
        "createOnlyProperties": ["/properties/RestApiId"],
        "readOnlyProperties": ["/properties/AuthorizerId"],
        # AWS names RestApiId as well, but LocalStack's Ref would then be no id that a method could use
        "primaryIdentifier": ["/properties/AuthorizerId"],
    }

    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        api = request.aws_client_factory.apigateway
        model["AuthorizerId"] = api.create_authorizer(restApiId=model["RestApiId"], **_parameters(model))["id"]
        return _done(request, model)

    def update(self, request: ResourceRequest) -> ProgressEvent:
        model = {**request.desired_state, "AuthorizerId": request.previous_state["AuthorizerId"]}
        request.aws_client_factory.apigateway.update_authorizer(
            restApiId=model["RestApiId"],
            authorizerId=model["AuthorizerId"],
            patchOperations=[
                {"op": "replace", "path": f"/{name}", "value": str(value)} for name, value in _parameters(model).items()
            ],
        )
        return _done(request, model)

    def delete(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        api = request.aws_client_factory.apigateway
        try:
            api.delete_authorizer(restApiId=model["RestApiId"], authorizerId=model["AuthorizerId"])
        except api.exceptions.NotFoundException:
            pass  # it went with its API
        return _done(request, model)


class AuthorizerPlugin(CloudFormationResourceProviderPlugin):
    name = TYPE

    def __init__(self):
        self.factory = None

    def load(self):
        self.factory = AuthorizerProvider
