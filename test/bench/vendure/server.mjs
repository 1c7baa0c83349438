// Vendure as README.md beside this says it is set up. The bench starts it (../peer/vendure.ts); it says one line of JSON once it
// answers, and ends on SIGTERM, which bootstrap sees to.
import { join } from 'node:path';
import {
  bootstrap,
  DefaultJobQueuePlugin,
  DefaultSearchPlugin,
  FastImporterService,
  LanguageCode,
  PaymentMethodHandler,
  Populator,
  RequestContext,
  ShippingMethodService,
  TaxCategoryService,
} from '@vendure/core';

/** @type {{ folder: string, products: Record<string, number>, password: string }} products: units in stock by SKU */
const { folder, products, password } = JSON.parse(process.env['VENDURE_BENCH'] ?? '');
const languageCode = LanguageCode.en;

/** Errors alone, and not where the line for the bench goes. */
const logger = {
  error: (message, context, trace) => console.error(message, context ?? '', trace ?? ''),
  warn: () => {},
  info: () => {},
  verbose: () => {},
  debug: () => {},
};

/** Settles at once, as Breakwater's sandbox does for tok_ok. */
const sandbox = new PaymentMethodHandler({
  code: 'sandbox',
  description: [{ languageCode, value: 'Settles at once' }],
  args: {},
  createPayment: async (_ctx, order, amount) => ({ amount, state: 'Settled', transactionId: order.code }),
  settlePayment: async () => ({ success: true }),
});

const app = await bootstrap({
  apiOptions: { hostname: '127.0.0.1', port: Number(process.env['VENDURE_PORT'] ?? 0) },
  authOptions: { tokenMethod: 'bearer', superadminCredentials: { identifier: 'bench', password } },
  dbConnectionOptions: {
    type: 'better-sqlite3',
    database: join(folder, 'vendure.sqlite'),
    synchronize: true,
    // fewer waits for the disk than by default
    prepareDatabase: (database) => {
      database.pragma('journal_mode = WAL');
      database.pragma('synchronous = NORMAL');
    },
  },
  logger,
  paymentOptions: { paymentMethodHandlers: [sandbox] },
  plugins: [
    DefaultJobQueuePlugin.init({ useDatabaseForBuffer: true }),
    DefaultSearchPlugin.init({ bufferUpdates: false, indexStockStatus: true }),
  ],
});

await app.get(Populator).populateInitialData({
  defaultLanguage: languageCode,
  defaultZone: 'Europe',
  countries: [{ code: 'DE', name: 'Germany', zone: 'Europe' }],
  taxRates: [{ name: 'Standard', percentage: 19 }],
  shippingMethods: [{ name: 'Post', price: 0 }],
  paymentMethods: [{ name: 'Sandbox', handler: { code: sandbox.code, arguments: [] } }],
  collections: [],
});
const nobody = RequestContext.empty();
const [taxCategory] = (await app.get(TaxCategoryService).findAll(nobody)).items;
const [shippingMethod] = (await app.get(ShippingMethodService).findAll(nobody)).items;
const importer = app.get(FastImporterService);
await importer.initialize();
const variants = {};
for (const [sku, stockOnHand] of Object.entries(products)) {
  const translation = { languageCode, name: sku };
  const text = { ...translation, slug: sku, description: '' };
  variants[sku] = await importer.createProductVariant({
    ...{ sku, price: 500, stockOnHand, taxCategoryId: taxCategory.id, translations: [translation] },
    productId: await importer.createProduct({ translations: [text] }),
  });
}

const server = app.getHttpServer();
// a customer's connection that rests between two calls is not closed under the second
server.keepAliveTimeout = 60_000;
const { port } = server.address();
console.log(JSON.stringify({ origin: `http://127.0.0.1:${port}`, variants, shippingMethod: shippingMethod.id }));
