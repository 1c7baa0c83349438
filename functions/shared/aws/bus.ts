import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { options } from '#shared/aws/options';

export const bus = () => new EventBridgeClient(options());
