// Vendure as set up in README.md of this folder. The bench starts it (../competitor/vendure.ts). It prints one line of JSON once it
// accepts requests, and bootstrap stops it on SIGTERM.
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

/** Only errors, on stderr: stdout carries the line for the bench. */
const logger = {
  error: (message, context, trace) => console.error(message, context ?? '', trace ?? ''),
  warn: () => {},
  info: () => {},
  verbose: () => {},
  debug: () => {},
};

/** Settles immediately, as Breakwater's sandbox does for tok_ok. */
const sandbox = new PaymentMethodHandler({
  code: 'sandbox',
  description: [{ languageCode, value: 'Settles immediately' }],
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
    // waits for the disk less often than the default does
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
const context = RequestContext.empty();
const [taxCategory] = (await app.get(TaxCategoryService).findAll(context)).items;
const [shippingMethod] = (await app.get(ShippingMethodService).findAll(context)).items;
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
// keeps a customer's idle connection open, so that the next call does not find it closed
server.keepAliveTimeout = 60_000;
const { port } = server.address();
console.log(JSON.stringify({ origin: `http://127.0.0.1:${port}`, variants, shippingMethod: shippingMethod.id }));
