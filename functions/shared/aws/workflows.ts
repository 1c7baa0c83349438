import { SFNClient } from '@aws-sdk/client-sfn';
import { options } from '#shared/aws/options';

export const workflows = () => new SFNClient(options());
