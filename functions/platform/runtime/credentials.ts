/**
 * Stands in every bundle for the SDK's chain of credential providers. Lambda hands credentials over in these variables, where the
 * chain looks first; its other links (profiles, sign-in, STS, instance metadata) are a quarter of a bundle and never reached.
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
