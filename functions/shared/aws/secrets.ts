import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { options } from '#shared/aws/options';

export const secrets = () => new SecretsManagerClient(options());
