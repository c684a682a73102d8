import type { Entry } from '@tr/store';

/** The `multistatus` answer about a collection. `href` holds no character that XML would mind. */
export function describeCollection(href: string): string {
  // Clients insist on a time; a collection that was never made has none.
  return toMultistatus(href, ['<D:resourcetype><D:collection/></D:resourcetype>', modified(0)]);
}

/** The `multistatus` answer about a file. */
export function describeFile(href: string, { body, createdAt }: Entry): string {
  return toMultistatus(href, [
    '<D:resourcetype/>',
    modified(createdAt),
    `<D:getcontentlength>${body.size}</D:getcontentlength>`,
    '<D:getcontenttype>application/octet-stream</D:getcontenttype>',
    `<D:getetag>"${body.hash.slice(0, 32)}"</D:getetag>`,
  ]);
}

function modified(time: number): string {
  return `<D:getlastmodified>${new Date(time).toUTCString()}</D:getlastmodified>`;
}

function toMultistatus(href: string, properties: readonly string[]): string {
  const found = `<D:propstat><D:prop>${properties.join('')}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>`;
  return `<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:"><D:response><D:href>${href}</D:href>${found}</D:response></D:multistatus>\n`;
}
