/** The only media type that the API takes; the gateway hands its bytes over as they are. */
export const JSON_MEDIA_TYPE = 'application/json';

/** The media type without its parameters. A request that names none is taken for JSON, as API Gateway does. */
export const mediaTypeOf = (contentType: string | undefined): string =>
  (contentType?.split(';')[0] || JSON_MEDIA_TYPE).trim().toLowerCase();

/** A parameter: its name, and its value with the quotes that it may have. What is quoted names no further parameter. */
const PARAMETER = /;\s*([^\s;=]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)/g;

/** Whether the type is JSON and, if it names a charset, that is UTF-8. Other parameters have no meaning. */
export const isJsonInUtf8 = (contentType: string | undefined): boolean =>
  mediaTypeOf(contentType) === JSON_MEDIA_TYPE &&
  [...(contentType ?? '').matchAll(PARAMETER)]
    .filter(([, name = '']) => name.toLowerCase() === 'charset')
    .every(([, , charset = '']) => /^"?utf-?8"?$/i.test(charset.trim()));

/** Whether `Content-Encoding` is absent or names nothing but `identity`. */
export const isNotEncoded = (contentEncoding: string | undefined): boolean =>
  /^[\s,]*(identity([\s,]+|$))*$/i.test(contentEncoding ?? '');
