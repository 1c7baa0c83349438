import { expect, test } from 'vitest';
import { ACCOUNT, type StubResponse } from '../fixtures/aws-stub.ts';
import { json, REGION, runChecks, sufficient } from '../fixtures/preflight.ts';

const arnIn = (region: string, account = ACCOUNT) => `arn:aws:acm:${region}:${account}:certificate/a-b`;

const findingOf = async (acm: StubResponse, certificateArn = arnIn(REGION), name = 'api.shop.example') => {
  const { calls, findings } = await runChecks(
    { ...sufficient, acm },
    { stage: 'prod', domain: { name, certificateArn } },
  );
  const { verdict, detail } = findings.find(({ subject }) => subject === 'certificate') ?? {};
  return { verdict, detail, acmCalls: calls.filter((service) => service === 'acm').length };
};
const certificate = (change: object = {}) =>
  json({ Certificate: { Status: 'ISSUED', DomainName: 'api.shop.example', ...change } });

test('a stage without a domain needs no certificate', async () => {
  const { calls, findings } = await runChecks(sufficient);
  expect(findings).toContainEqual({
    ...{ subject: 'certificate', verdict: 'ok' },
    detail: 'not needed: this deployment has no domain of its own',
  });
  expect(calls).not.toContain('acm');
});

test.each([
  [{}, 'issued for api.shop.example'],
  [
    { DomainName: 'shop.example', SubjectAlternativeNames: ['shop.example', 'api.shop.example'] },
    'issued for shop.example, api.shop.example',
  ],
  [{ DomainName: '*.shop.example' }, 'issued for *.shop.example'],
])('a certificate that covers the domain suffices: %j', async (change, detail) =>
  expect(await findingOf(certificate(change))).toEqual({ verdict: 'ok', detail, acmCalls: 1 }),
);

const FIX = 'request one for api.shop.example in ACM, in eu-west-1, and give its ARN';

test.each([
  ['shop.example', 'api.shop.example'],
  ['*.example', 'api.shop.example'],
  ['*.api.shop.example', 'api.shop.example'],
  ['*.shop.example', 'v1.api.shop.example'],
  ['*.shop.example', 'shop.example'],
])('a certificate for %s does not cover %s', async (DomainName, name) =>
  expect(await findingOf(certificate({ DomainName }), undefined, name)).toMatchObject({
    verdict: 'blocked',
    detail: `the certificate is for ${DomainName}, and not for ${name}: ${FIX.replace('api.shop.example', name)}`,
  }),
);

test.each([
  ['us-east-1', ACCOUNT, `the certificate is in us-east-1, and the stage is deployed to eu-west-1: ${FIX}`],
  [REGION, '210987654321', `the certificate belongs to the account 210987654321, and this is ${ACCOUNT}: ${FIX}`],
])('a certificate of %s and %s is refused without a call to ACM', async (region, account, detail) =>
  expect(await findingOf(certificate(), arnIn(region, account))).toEqual({ verdict: 'blocked', detail, acmCalls: 0 }),
);

test.each<readonly [StubResponse, string]>([
  [json({ __type: 'ResourceNotFoundException' }, 400), `there is no certificate ${arnIn(REGION)}: ${FIX}`],
  [
    certificate({ Status: 'PENDING_VALIDATION' }),
    'the certificate of api.shop.example is not issued yet: add the DNS records that its page in ACM names, and wait for ISSUED',
  ],
  ...['EXPIRED', 'FAILED', 'REVOKED', 'VALIDATION_TIMED_OUT', 'INACTIVE'].map(
    (Status) => [certificate({ Status }), `the certificate of api.shop.example is ${Status}: ${FIX}`] as const,
  ),
])('a certificate that is not issued blocks: %j', async (response, detail) =>
  expect(await findingOf(response)).toMatchObject({ verdict: 'blocked', detail }),
);

test('a certificate that may not be described is unknown', async () =>
  expect(await findingOf(json({ __type: 'AccessDeniedException' }, 400))).toMatchObject({
    verdict: 'raise',
    detail: expect.stringMatching(/^the check failed \(AccessDenied/),
  }));
