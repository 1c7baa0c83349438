import { ACMClient, DescribeCertificateCommand, ResourceNotFoundException } from '@aws-sdk/client-acm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { blocked, type Check, type ClientOptions, ok } from './check.ts';

const findCertificate = async (options: ClientOptions, CertificateArn: string) => {
  try {
    return (await new ACMClient(options).send(new DescribeCertificateCommand({ CertificateArn }))).Certificate;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
};

/** An asterisk of a certificate stands for one label: `*.example.com` covers `api.example.com` only. */
const covers = (certified: string, domain: string): boolean =>
  certified === domain || (certified.startsWith('*.') && certified.slice(1) === domain.slice(domain.indexOf('.')));

/** API Gateway takes for a regional domain only a certificate that is issued for it, in the account and region of the API. */
export const checkCertificate: Check = async (options, { domain }) => {
  if (!domain) return ok('not needed: this deployment has no domain of its own');
  const { name, certificateArn } = domain;
  const sts = new STSClient(options);
  const region = await sts.config.region();
  const { Account } = await sts.send(new GetCallerIdentityCommand({}));
  const [, , , certificateRegion, certificateAccount] = certificateArn.split(':');
  const fix = `request one for ${name} in ACM, in ${region}, and give its ARN`;
  if (certificateRegion !== region)
    return blocked(`the certificate is in ${certificateRegion}, and the stage is deployed to ${region}: ${fix}`);
  if (certificateAccount !== Account)
    return blocked(`the certificate belongs to the account ${certificateAccount}, and this is ${Account}: ${fix}`);
  const certificate = await findCertificate(options, certificateArn);
  if (!certificate) return blocked(`there is no certificate ${certificateArn}: ${fix}`);
  const { Status, DomainName = '', SubjectAlternativeNames = [] } = certificate;
  if (Status === 'PENDING_VALIDATION')
    return blocked(
      `the certificate of ${DomainName} is not issued yet: add the DNS records that its page in ACM names, and wait for ISSUED`,
    );
  if (Status !== 'ISSUED') return blocked(`the certificate of ${DomainName} is ${Status}: ${fix}`);
  const certified = [...new Set([DomainName, ...SubjectAlternativeNames])];
  if (certified.some((certifiedName) => covers(certifiedName, name))) return ok(`issued for ${certified.join(', ')}`);
  return blocked(`the certificate is for ${certified.join(', ')}, and not for ${name}: ${fix}`);
};
