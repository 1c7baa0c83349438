import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { stageOf } from '../../lib/stages.ts';
import { getOnly, settingsOf, synthesise } from './synthesis.ts';

const domain = 'api.example.com';
const certificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/1f0c3a52-7a2e-4f5d-9b57-0d5a3e1c2b4f';

/** Labels of 62 characters and a dot each: 4 are 252 characters. */
const labels = (count: number) => `${'a'.repeat(62)}.`.repeat(count);
const refusedPath = 'is not one segment of a path that is free';

describe('the settings of a domain', () => {
  test.each([
    ['a path of AWS for TLS', { domain, certificateArn, basePath: 'sping' }, `"sping" ${refusedPath}`],
    ['a path of 65 characters', { domain, certificateArn, basePath: 'a'.repeat(65) }, refusedPath],
    ['a path with a blank', { domain, certificateArn, basePath: 'my shop' }, `"my shop" ${refusedPath}`],
    ['a path with a slash before it', { domain, certificateArn, basePath: '/shop' }, `"/shop" ${refusedPath}`],
    ['a path above the API', { domain, certificateArn, basePath: '..' }, `".." ${refusedPath}`],
    ['a number as a path', { domain, certificateArn, basePath: 7 }, `"7" ${refusedPath}`],
    ['a name of 254 characters', { domain: `${labels(4)}aa`, certificateArn }, 'is not a domain name'],
    ['a label of 64 characters', { domain: `${'a'.repeat(64)}.example`, certificateArn }, 'is not a domain name'],
    ['a hyphen at the end', { domain: 'api-.example.com', certificateArn }, '"api-.example.com" is not a domain name'],
    [
      'a hyphen at the start',
      { domain: '-api.example.com', certificateArn },
      '"-api.example.com" is not a domain name',
    ],
    ['a host name alone', { domain: 'localhost', certificateArn }, '"localhost" is not a domain name'],
    ['an address', { domain: '10.0.0.1', certificateArn }, '"10.0.0.1" is not a domain name'],
    ["the root's dot", { domain: `${domain}.`, certificateArn }, '"api.example.com." is not a domain name'],
    ['an empty name', { domain: '', certificateArn }, '"" is not a domain name'],
    ['no region', { domain, certificateArn: certificateArn.replace('eu-central-1', '') }, 'is not the ARN of a'],
    ['no account', { domain, certificateArn: certificateArn.replace('123456789012', '') }, 'is not the ARN of a'],
    ['more than an ARN', { domain, certificateArn: `${certificateArn} x` }, 'is not the ARN of a certificate'],
    ['an empty ARN', { domain, certificateArn: '' }, '"" is not the ARN of a certificate'],
    ['no certificate', { domain }, 'a domain needs a name and a certificate'],
    ['no domain', { certificateArn }, 'a domain needs a name and a certificate'],
    ['only a base path', { basePath: 'shop' }, 'a domain needs a name and a certificate'],
    ['a URL', { domain: 'https://api.example.com', certificateArn }, '"https://api.example.com" is not a domain name'],
    ['a wildcard', { domain: '*.example.com', certificateArn }, '"*.example.com" is not a domain name'],
    ['upper case', { domain: 'API.example.com', certificateArn }, '"API.example.com" is not a domain name'],
    ['a certificate of IAM', { domain, certificateArn: 'arn:aws:iam::1:x' }, '"arn:aws:iam::1:x" is not the ARN of a'],
    ['two segments', { domain, certificateArn, basePath: 'a/b' }, '"a/b" is not one segment of a path that is free'],
    ['a path of AWS', { domain, certificateArn, basePath: 'ping' }, '"ping" is not one segment of a path that is free'],
    ['an empty base path', { domain, certificateArn, basePath: '' }, '"" is not one segment of a path that is free'],
    ['LocalStack', { stage: 'localstack', domain, certificateArn }, 'stage "localstack" takes no domain'],
  ])('are refused: %s', (_, settings, message) => {
    expect(() => stageOf(settings)).toThrow(message);
    expect(() => stageOf(settings)).toThrow(
      /^[^\n]+: use -c domain=api\.example\.com -c certificateArn=arn:aws:acm:\.\.\., and -c basePath=shop [^\n]+$/,
    );
  });

  test.each([
    ['a name of 253 characters', { domain: `${labels(3)}${'a'.repeat(61)}.aa`, certificateArn }],
    ['a label of 63 characters', { domain: `${'a'.repeat(63)}.example`, certificateArn }],
    ['Punycode', { domain: 'xn--exmple-cua.de', certificateArn }],
    ['a top-level domain that is not ASCII, as DNS writes it', { domain: 'api.xn--e1afmkfd.xn--p1ai', certificateArn }],
    ['a certificate in China', { domain, certificateArn: certificateArn.replace(':aws:', ':aws-cn:') }],
    ['a certificate in GovCloud', { domain, certificateArn: certificateArn.replace(':aws:', ':aws-us-gov:') }],
    ['a path of 64 characters', { domain, certificateArn, basePath: 'a'.repeat(64) }],
    ['a path of one character', { domain, certificateArn, basePath: 'a' }],
    ["a path that begins like one of AWS's", { domain, certificateArn, basePath: 'pings' }],
    ['a path with each allowed character', { domain, certificateArn, basePath: 'Shop_1.0-b' }],
  ])('are accepted: %s', (_, { domain: name, ...settings }) =>
    expect(stageOf({ domain: name, ...settings }).domain).toEqual({ name, ...settings }),
  );

  test('are read from the command line', () => {
    const { status, stderr } = spawnSync(process.execPath, ['bin/breakwater.ts'], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ domain, certificateArn, basePath: 'a/b' }) },
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr.trim()).toMatch(/^"a\/b" is not one segment of a path that is free: .*$/);
  });
});

describe.each([
  ['with a base path', 'my.shop', `https://${domain}/my.shop`],
  ['without a base path', undefined, `https://${domain}`],
])('a domain %s', (_, basePath, url) => {
  const { ofType, stacks } = synthesise({ ...settingsOf.prod, domain, certificateArn, ...(basePath && { basePath }) });
  const { Outputs } = getOnly(
    stacks.filter(({ name }) => name === 'breakwater-prod-api'),
    'stack',
  ).template;
  const name = getOnly(ofType('AWS::ApiGateway::DomainName'), 'domain');

  test('is regional, with TLS 1.2 at least and the certificate of the settings', () =>
    expect(name.Properties).toMatchObject({
      DomainName: domain,
      RegionalCertificateArn: certificateArn,
      EndpointConfiguration: { Types: ['REGIONAL'] },
      SecurityPolicy: 'TLS_1_2',
    }));

  test("maps onto the stage of the product's API, whose own host name stays", () => {
    const { Properties } = getOnly(ofType('AWS::ApiGateway::BasePathMapping'), 'mapping');
    const api = getOnly(ofType('AWS::ApiGateway::RestApi'), 'API');
    const stage = getOnly(ofType('AWS::ApiGateway::Stage'), 'stage');
    expect(Properties).toEqual({
      DomainName: { Ref: name.id },
      RestApiId: { Ref: api.id },
      Stage: { Ref: stage.id },
      ...(basePath && { BasePath: basePath }),
    });
    expect(api.Properties.DisableExecuteApiEndpoint).toBeUndefined();
  });

  test('is the URL of the API, beside that of AWS and the target of a DNS record', () => {
    expect(Outputs.ApiUrl.Value).toBe(url);
    expect(JSON.stringify(Outputs.DefaultApiUrl.Value)).toMatch(/execute-api.*"\/prod"\]/);
    expect(Outputs.DomainTarget.Value).toEqual({ 'Fn::GetAtt': [name.id, 'RegionalDomainName'] });
    expect(Outputs.DomainTargetZoneId.Value).toEqual({ 'Fn::GetAtt': [name.id, 'RegionalHostedZoneId'] });
  });

  test("is known to the web ACL: the provider's callbacks are not bounded by address there either", () => {
    const [rate] = getOnly(ofType('AWS::WAFv2::WebACL'), 'web ACL').Properties.Rules.slice(-1);
    const { RegexString } =
      rate.Statement.RateBasedStatement.ScopeDownStatement.NotStatement.Statement.AndStatement.Statements[0]
        .RegexMatchStatement;
    const { pathname } = new URL(`${url}/v1/providers/acme/callbacks`);
    expect(pathname).toMatch(new RegExp(RegexString));
    expect(`/prod${pathname}`.replace('/my.shop', '')).toMatch(new RegExp(RegexString));
    expect(`/other${pathname}`).not.toMatch(new RegExp(RegexString));
    // a dot is no wildcard
    expect('/my-shop/v1/providers/acme/callbacks').not.toMatch(new RegExp(RegexString));
  });
});

test('a stage has no domain by default', () => {
  const { ofType, stacks } = synthesise(settingsOf.prod);
  expect(ofType('AWS::ApiGateway::DomainName')).toEqual([]);
  expect(stacks.flatMap(({ template }) => Object.keys(template.Outputs ?? {}))).not.toContain('DefaultApiUrl');
});
