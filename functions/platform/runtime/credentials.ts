/**
 * Replaces `@aws-sdk/credential-provider-node` in every bundle. Lambda passes credentials in these variables, where the SDK's chain of
 * providers looks first. Its other providers (profiles, sign-in, STS, instance metadata) are a quarter of a bundle and never reached.
 */
export const defaultProvider = () => async () => {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  if (!accessKeyId || !secretAccessKey) throw new Error('the environment holds no credentials');
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
};
