/**
 * The active currencies of ISO 4217 that have a minor unit: list one of 2026-09-17, fund codes included (ADR 73 names the sources). Each
 * code has a power of ten: about how many of its units are worth one US dollar. The powers are market rates of 2026-09-29, rounded to
 * the nearest power; where no market publishes any, they follow the official rate or, for a fund code, its issuer's definition. A test
 * compares these powers and the minor units below with `test/fixtures/iso-4217.ts`, which has the same sources.
 */
const codesByUnitsPerDollarPower: readonly (readonly [number, string])[] = [
  [-2, 'CLF'],
  [-1, 'KWD XAD'],
  [
    0,
    'AUD AWG AZN BAM BBD BHD BMD BND BOV BSD BYN BZD CAD CHE CHF CHW EUR FJD FKP GBP GEL GIP ILS JOD KYD MXV NZD OMR PAB SGD SHP TND TOP USD USN WST XCD XCG',
  ],
  [
    1,
    'AED BOB BRL BWP CNY COU CUP CZK DKK ERN GHS GTQ HKD HNL LSL LYD MAD MDL MOP MVR MXN MYR NAD NOK PEN PGK PLN QAR RON SAR SBD SCR SEK SLE STN SVC SZL TJS TMT TTD UYI UYW ZAR ZMW ZWG',
  ],
  [
    2,
    'AFN ALL BDT BTN CVE DJF DOP DZD EGP ETB GMD GYD HTG INR ISK JMD JPY KES KGS LRD MKD MRU MUR MZN NIO NPR PHP PKR RSD RUB SRD THB TRY TWD UAH UYU VUV XPF YER',
  ],
  [3, 'AMD AOA ARS BIF CDF CLP CRC HUF IQD KMF KPW KRW KZT LKR MMK MWK NGN RWF SDG SOS TZS VED VES XAF XOF'],
  [4, 'COP GNF IDR KHR LAK MGA MNT PYG SSP SYP UGX UZS VND'],
  [5, 'LBP'],
  [6, 'IRR'],
];

/** The codes whose minor unit (the number of decimals) is not 2. */
const codesByMinorUnit: readonly (readonly [number, string])[] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
];

const FORM = /^[A-Z]{3}$/;
const USUAL_MINOR_UNIT = 2;

export type Currency = { readonly minorUnit: number; readonly unitsPerDollarPower: number };

const numberOf = (groups: readonly (readonly [number, string])[], code: string) =>
  groups.find(([, codes]) => codes.includes(code))?.[0];

/** Undefined for a code that is not active, or has no minor unit. */
export const findCurrency = (code: string): Currency | undefined => {
  const unitsPerDollarPower = FORM.test(code) ? numberOf(codesByUnitsPerDollarPower, code) : undefined;
  if (unitsPerDollarPower === undefined) return undefined;
  return { minorUnit: numberOf(codesByMinorUnit, code) ?? USUAL_MINOR_UNIT, unitsPerDollarPower };
};
