import { arn } from './arns.ts';
import { allow } from './lambda/grants.ts';
import { type Service, ServiceError } from './service.ts';

/** Secrets Manager over values that the host was given, by their full names. */
export const secretsManager = (values: ReadonlyMap<string, string>): Service => ({
  target: 'secretsmanager',
  operations: {
    GetSecretValue({ SecretId }: { readonly SecretId: string }, caller) {
      allow(caller, 'GetSecretValue', [SecretId]);
      const value = values.get(SecretId);
      if (value === undefined)
        throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
      return { ARN: arn('secretsmanager', `secret:${SecretId}`), Name: SecretId, SecretString: value };
    },
  },
});
