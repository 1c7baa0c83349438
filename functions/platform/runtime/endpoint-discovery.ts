/**
 * Replaces `@aws-sdk/middleware-endpoint-discovery` in every bundle. DynamoDB's endpoint discovery is off by default and of no use
 * without a proxy, but the client imports it with a cache of endpoints (8 KB of each bundle).
 */
export const resolveEndpointDiscoveryConfig = <C>(config: C): C => config;

export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
  environmentVariableSelector: () => undefined,
  configFileSelector: () => undefined,
  default: undefined,
};
