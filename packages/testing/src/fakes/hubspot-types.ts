import { invalid } from './hubspot-failure.ts';

/** One kind of CRM object. */
export interface ObjectType {
  /** The plural in paths: `contacts`. */
  readonly name: string;
  /** `0-1` for contacts, `2-…` for a custom object. */
  readonly id: string;
  /** As in error messages: `CONTACT`. */
  readonly singular: string;
  /** What a read answers without being asked for properties, beside the three that each answer has. */
  readonly shown: readonly string[];
  /** Every property that a new portal has, beside those that HubSpot sets by itself. */
  readonly own: readonly string[];
  readonly required: readonly string[];
  readonly createdProperty: 'createdate' | 'hs_createdate';
  readonly modifiedProperty: 'lastmodifieddate' | 'hs_lastmodifieddate';
}

type Row = readonly [name: string, id: string, shown: string, more?: string, required?: string];

/** The standard types and the properties of them that the fake knows; a portal can be given more. */
const rows: readonly Row[] = [
  [
    'contacts',
    '0-1',
    'email firstname lastname',
    'phone company website jobtitle lifecyclestage city hubspot_owner_id',
  ],
  ['companies', '0-2', 'domain name', 'phone city industry description website numberofemployees hubspot_owner_id'],
  ['deals', '0-3', 'amount closedate dealname dealstage pipeline', 'description dealtype hubspot_owner_id'],
  [
    'tickets',
    '0-5',
    'content hs_pipeline hs_pipeline_stage hs_ticket_priority subject',
    'hubspot_owner_id',
    'hs_pipeline_stage',
  ],
  ['products', '0-7', 'description name price', 'hs_sku hs_cost_of_goods_sold'],
  ['line_items', '0-8', 'quantity', 'name price hs_product_id hs_sku amount'],
  ['quotes', '0-14', 'hs_title hs_expiration_date hs_status', 'hs_language'],
  ['notes', '0-46', '', 'hs_note_body hs_timestamp hubspot_owner_id', 'hs_timestamp'],
  ['meetings', '0-47', '', 'hs_meeting_title hs_meeting_body hs_timestamp hubspot_owner_id', 'hs_timestamp'],
  ['calls', '0-48', '', 'hs_call_title hs_call_body hs_timestamp hs_call_duration hubspot_owner_id', 'hs_timestamp'],
  [
    'emails',
    '0-49',
    '',
    'hs_email_subject hs_email_text hs_email_direction hs_email_status hs_timestamp',
    'hs_timestamp',
  ],
  [
    'tasks',
    '0-27',
    '',
    'hs_task_subject hs_task_body hs_task_status hs_task_priority hs_timestamp hubspot_owner_id',
    'hs_timestamp',
  ],
  ['communications', '0-18', '', 'hs_communication_channel_type hs_communication_body hs_timestamp', 'hs_timestamp'],
  ['postal_mail', '0-116', '', 'hs_postal_mail_body hs_timestamp', 'hs_timestamp'],
  ['leads', '0-136', 'hs_lead_name', 'hs_lead_type hubspot_owner_id'],
  ['orders', '0-123', 'hs_order_name', 'hs_external_order_id hs_currency_code hs_total_price'],
  ['carts', '0-142', 'hs_cart_name', 'hs_external_cart_id hs_currency_code'],
  ['discounts', '0-84', 'hs_label', 'hs_value hs_type'],
  ['fees', '0-85', 'hs_label', 'hs_value hs_type'],
  ['taxes', '0-86', 'hs_label', 'hs_value hs_type'],
  ['invoices', '0-53', 'hs_title hs_invoice_status', 'hs_currency hs_due_date'],
  ['subscriptions', '0-69', 'hs_name hs_status', 'hs_currency_code'],
  ['commerce_payments', '0-101', 'hs_initial_amount', 'hs_currency_code'],
  ['feedback_submissions', '0-19', 'hs_survey_name', 'hs_content'],
  ['goal_targets', '0-74', 'hs_goal_name', 'hs_target_amount'],
  ['services', '0-162', 'hs_name', 'hs_pipeline hs_pipeline_stage'],
  ['appointments', '0-421', 'hs_appointment_name', 'hs_appointment_start'],
];

const withCreatedate = new Set(['contacts', 'companies', 'deals', 'tickets', 'products', 'line_items']);

const words = (list: string | undefined): readonly string[] => (list ? list.split(' ') : []);

export const standardTypes: readonly ObjectType[] = rows.map(([name, id, shown, more, required]) => ({
  name,
  id,
  singular: singularOf(name),
  shown: words(shown),
  own: [...words(shown), ...words(more)],
  required: words(required),
  createdProperty: withCreatedate.has(name) ? 'createdate' : 'hs_createdate',
  modifiedProperty: name === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate',
}));

/** A custom object's type, in the words of the schemas API. */
export function customType(
  name: string,
  id: string,
  required: readonly string[],
  shown: readonly string[],
): ObjectType {
  return {
    name,
    id,
    singular: name.toUpperCase(),
    shown,
    own: [],
    required,
    createdProperty: 'hs_createdate',
    modifiedProperty: 'hs_lastmodifieddate',
  };
}

/** The property group that a new portal has for a type: published for the first six, assumed for the rest. */
export function usualGroup(type: ObjectType): string {
  const singular = type.singular.toLowerCase();
  if (type.id.startsWith('2-')) return `${type.name}_information`;
  return withCreatedate.has(type.name) ? `${singular.replace('_', '')}information` : `${singular}_information`;
}

/** By plural, singular, id or fully qualified name (`p123_cars`), in any case: all of them work in paths. */
export function findType(types: readonly ObjectType[], portalId: number, name: string): ObjectType {
  const wanted = name.toLowerCase();
  for (const type of types) {
    const names = [type.name, type.singular, type.id, `p${portalId}_${type.name}`];
    if (names.some((candidate) => candidate.toLowerCase() === wanted)) return type;
  }
  throw invalid(`Unable to infer object type from: ${name}`);
}

function singularOf(plural: string): string {
  const irregular: Record<string, string> = { companies: 'COMPANY', taxes: 'TAX', postal_mail: 'POSTAL_MAIL' };
  return irregular[plural] ?? plural.replace(/s$/, '').toUpperCase();
}
