import { toArn } from '../arns.ts';
import { authorize, type Service, ServiceError } from '../service.ts';

/** Secrets Manager over a fixed set of secrets: text by full name. */
export const createSecretsManager = (values: ReadonlyMap<string, string>): Service => ({
  targetPrefix: 'secretsmanager',
  operations: {
    GetSecretValue({ SecretId }: { readonly SecretId: string }, caller) {
      authorize(caller, 'GetSecretValue', [SecretId]);
      const value = values.get(SecretId);
      if (value === undefined)
        throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
      return { ARN: toArn('secretsmanager', `secret:${SecretId}`), Name: SecretId, SecretString: value };
    },
  },
});
