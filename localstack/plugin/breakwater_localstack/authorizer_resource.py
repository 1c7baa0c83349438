"""AWS::ApiGateway::Authorizer for CloudFormation, which LocalStack's community edition lacks."""

from localstack.services.cloudformation.resource_provider import (
    CloudFormationResourceProviderPlugin,
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

TYPE = "AWS::ApiGateway::Authorizer"
# the property in a template -> the parameter of API Gateway's calls
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


def _to_parameters(model: dict) -> dict:
    parameters = {parameter: model[name] for name, parameter in PARAMETERS.items() if model.get(name) is not None}
    if "authorizerResultTtlInSeconds" in parameters:
        parameters["authorizerResultTtlInSeconds"] = int(parameters["authorizerResultTtlInSeconds"])
    return parameters


def _success(request: ResourceRequest, model: dict) -> ProgressEvent:
    return ProgressEvent(OperationStatus.SUCCESS, resource_model=model, custom_context=request.custom_context)


class AuthorizerProvider(ResourceProvider[dict]):
    TYPE = TYPE
    SCHEMA = {
        "typeName": TYPE,
        "properties": {name: {} for name in (*PARAMETERS, "RestApiId", "AuthorizerId")},
        "required": ["RestApiId", "Name", "Type"],
        "createOnlyProperties": ["/properties/RestApiId"],
        "readOnlyProperties": ["/properties/AuthorizerId"],
        # on AWS RestApiId is part of it too, but then Ref would give methods on LocalStack an id that they cannot use
        "primaryIdentifier": ["/properties/AuthorizerId"],
    }

    def create(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        api = request.aws_client_factory.apigateway
        model["AuthorizerId"] = api.create_authorizer(restApiId=model["RestApiId"], **_to_parameters(model))["id"]
        return _success(request, model)

    def update(self, request: ResourceRequest) -> ProgressEvent:
        model = {**request.desired_state, "AuthorizerId": request.previous_state["AuthorizerId"]}
        request.aws_client_factory.apigateway.update_authorizer(
            restApiId=model["RestApiId"],
            authorizerId=model["AuthorizerId"],
            patchOperations=[
                {"op": "replace", "path": f"/{name}", "value": str(value)} for name, value in _to_parameters(model).items()
            ],
        )
        return _success(request, model)

    def delete(self, request: ResourceRequest) -> ProgressEvent:
        model = request.desired_state
        api = request.aws_client_factory.apigateway
        try:
            api.delete_authorizer(restApiId=model["RestApiId"], authorizerId=model["AuthorizerId"])
        except api.exceptions.NotFoundException:
            pass  # it was deleted with its API
        return _success(request, model)


class AuthorizerPlugin(CloudFormationResourceProviderPlugin):
    name = TYPE

    def __init__(self):
        self.factory = None

    def load(self):
        self.factory = AuthorizerProvider
