import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { stageOf } from '../../lib/stages.ts';
import { getOnly, settingsOf, synthesise } from './synthesis.ts';

const domain = 'api.example.com';
const certificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/1f0c3a52-7a2e-4f5d-9b57-0d5a3e1c2b4f';

describe('the settings of a domain', () => {
  test.each([
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

  test('may be of a top-level domain that is not ASCII, as DNS writes it', () => {
    const name = 'api.xn--e1afmkfd.xn--p1ai';
    expect(stageOf({ domain: name, certificateArn }).domain).toEqual({ name, certificateArn });
  });

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
  ['with a base path', 'shop', `https://${domain}/shop`],
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
    expect(`/prod${pathname}`.replace('/shop', '')).toMatch(new RegExp(RegexString));
    expect(`/other${pathname}`).not.toMatch(new RegExp(RegexString));
  });
});

test('a stage has no domain by default', () => {
  const { ofType, stacks } = synthesise(settingsOf.prod);
  expect(ofType('AWS::ApiGateway::DomainName')).toEqual([]);
  expect(stacks.flatMap(({ template }) => Object.keys(template.Outputs ?? {}))).not.toContain('DefaultApiUrl');
});
