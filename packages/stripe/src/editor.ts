import type { RequestEditor } from '@oncely/core';
import { withValue } from '@oncely/core/adapter';

import { isJson, markerField, readRequest } from './request.ts';

/** Whom and what a write concerns, and what makes our names. */
const fixed = `
  account bank_account card charge coupon currency customer customer_account
  default_payment_method default_source destination email external_account from id from_invoice
  intent invoice on_behalf_of parent payment_intent payment_method payment_method_data
  payout_method plan price product promotion_code quote receipt_email refund return_url
  setup_intent source source_transaction subscription subscription_item success_url cancel_url
  transfer transfer_data transfer_group to url expand confirm *.id *.price *.plan *.product
  *.invoice_line_item *.account *.destination *.currency
  metadata.${markerField}
`;

/** How a stored request is changed by who approves it: amounts, reasons and texts, and never whom they concern. */
export const requestEditor: RequestEditor = {
  fixed: fixed.trim().split(/\s+/),
  set: (stored, path, value) => {
    const request = readRequest(stored);
    if (request.encoding !== 'text') throw new Error('its body is bytes');
    const body = isJson(request.headers['content-type'])
      ? JSON.stringify(withValue(JSON.parse(request.body === '' ? '{}' : request.body), path, value))
      : withField(request.body, path, String(value));
    return JSON.stringify({ ...request, body });
  },
};

/** The form with another value of one field; the others stay as the SDK wrote them. */
function withField(body: string, path: readonly string[], value: string): string {
  const [first = '', ...rest] = path;
  const name = `${first}${rest.map((each) => `[${each}]`).join('')}`;
  const fields = body === '' ? [] : body.split('&');
  const nameOf = (field: string): string => new URLSearchParams(field).keys().next().value ?? '';
  const own = fields.filter((field) => nameOf(field) === name);
  if (own.length > 1) throw new Error('it stands there more than once');
  const written = `${own[0]?.split('=')[0] ?? encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  if (own.length === 0) return [...fields, written].join('&');
  return fields.map((field) => (field === own[0] ? written : field)).join('&');
}
