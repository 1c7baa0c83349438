import { catalog } from '#catalog/manifest';
import { inventory } from '#inventory/manifest';
import { notifications } from '#notifications/manifest';
import { operations } from '#operations/manifest';
import { orders } from '#orders/manifest';
import { payments } from '#payments/manifest';
import { relay } from '#relay/manifest';
import { sandbox } from '#sandbox/manifest';
import type { Manifest } from '#shared/manifest';
import { tenants } from '#tenants/manifest';

/** Every context there is. Adding one is a folder and a line here. */
export const manifests: readonly Manifest[] = [
  tenants,
  catalog,
  inventory,
  orders,
  payments,
  sandbox,
  relay,
  notifications,
  operations,
];
