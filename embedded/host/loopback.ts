import type { IncomingMessage } from 'node:http';

const LOOPBACK_AUTHORITY = /^(?:127\.0\.0\.1|localhost\.?|\[::1\])(?::\d{1,5})?$/i;
const ABSOLUTE_TARGET = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;
/** A target in origin form or `*`, which name no host. */
const hasNoAuthority = (target: string) => target.startsWith('/') || target === '*';

/**
 * Whether a request is meant for this machine: its `Host`, and the host of an absolute target, are names of the loopback interface. A
 * page whose domain name was rebound to 127.0.0.1 still sends that name. Only browsers matter here, and they always send `Host`, so a
 * request of HTTP/1.0 may omit it (ADR 77).
 */
export const isForLoopback = ({ url = '/', headersDistinct: { host = [] } }: IncomingMessage): boolean => {
  const targetAuthorities = hasNoAuthority(url) ? [] : [ABSOLUTE_TARGET.exec(url)?.[1] ?? url];
  return host.length <= 1 && [...host, ...targetAuthorities].every((authority) => LOOPBACK_AUTHORITY.test(authority));
};
