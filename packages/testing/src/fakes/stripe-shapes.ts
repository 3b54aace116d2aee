/**
 * What the objects of the API hold beside what a fake gives meaning to: every field that Stripe's types require is
 * there. A test compiles what the fake answers against the types in the SDK.
 *
 * @module
 */

type Shape = Readonly<Record<string, unknown>>;

/** Fields that are null, by their names. */
function nulls(names: string): Record<string, null> {
  return Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, null]),
  );
}

const noTax = { enabled: false, liability: null };
const noTexts = nulls('after_submit shipping_address submit terms_of_service_acceptance');

/** A list of nothing, as it stands in another object. */
export function emptyList(url: string): object {
  return { object: 'list', data: [], has_more: false, url };
}

export const chargeShape: Shape = {
  ...nulls(`application application_fee application_fee_amount calculated_statement_descriptor
    failure_balance_transaction failure_code failure_message fraud_details on_behalf_of outcome payment_method
    payment_method_details receipt_email receipt_number receipt_url review shipping source source_transfer
    statement_descriptor statement_descriptor_suffix transfer_data transfer_group`),
  billing_details: nulls('address email name phone tax_id'),
  disputed: false,
};

export const refundShape: Shape = nulls(`balance_transaction customer customer_account payment_method receipt_number
  source_transfer_reversal transfer_reversal`);

export const paymentIntentShape: Shape = {
  ...nulls(`allowed_payment_method_types application application_fee_amount automatic_payment_methods customer_account
    excluded_payment_method_types managed_payments next_action on_behalf_of payment_method_configuration_details
    payment_method_options payment_record processing receipt_email review setup_future_usage shipping source
    statement_descriptor statement_descriptor_suffix transfer_group`),
  confirmation_method: 'automatic',
  payment_method_types: ['card'],
};

export const setupIntentShape: Shape = {
  ...nulls(`allowed_payment_method_types application automatic_payment_methods cancellation_reason
    excluded_payment_method_types last_setup_error latest_attempt mandate next_action on_behalf_of
    payment_method_configuration_details payment_method_options single_use_mandate`),
  payment_method_types: ['card'],
  usage: 'off_session',
};

export const customerShape: Shape = {
  ...nulls('default_source shipping'),
  balance: 0,
  invoice_settings: nulls('custom_fields default_payment_method footer rendering_options'),
};

export const invoiceShape: Shape = {
  ...nulls(`account_country account_name account_tax_ids application automatically_finalizes_at custom_fields
    customer_account customer_address customer_email customer_name customer_phone customer_shipping
    customer_tax_exempt default_payment_method default_source due_date effective_at ending_balance footer from_invoice
    last_finalization_error latest_revision next_payment_attempt on_behalf_of parent receipt_number rendering
    shipping_cost shipping_details statement_descriptor subtotal_excluding_tax total_discount_amounts
    total_excluding_tax total_pretax_credit_amounts total_taxes webhooks_delivered_at`),
  amount_overpaid: 0,
  amount_shipping: 0,
  automatic_tax: { ...noTax, ...nulls('disabled_reason provider status') },
  billing_reason: 'manual',
  default_tax_rates: [],
  discounts: [],
  issuer: { type: 'self' },
  payment_settings: nulls('default_mandate payment_method_options payment_method_types'),
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  starting_balance: 0,
};

export const invoiceItemShape: Shape = {
  ...nulls('customer_account discounts parent pricing tax_rates'),
  discountable: true,
  proration: false,
};

export const subscriptionShape: Shape = {
  ...nulls(`application application_fee_percent billing_cycle_anchor_config billing_thresholds cancel_at canceled_at
    cancellation_details customer_account days_until_due default_payment_method default_source ended_at latest_invoice
    managed_payments next_pending_invoice_item_invoice on_behalf_of pause_collection payment_settings
    pending_invoice_item_interval pending_setup_intent pending_update schedule transfer_data trial_end trial_settings
    trial_start`),
  automatic_tax: { ...noTax, disabled_reason: null },
  billing_mode: { flexible: null, type: 'classic' },
  billing_schedules: [],
  cancel_at_period_end: false,
  discounts: [],
  invoice_settings: { ...nulls('account_tax_ids custom_fields description footer'), issuer: { type: 'self' } },
};

export const subscriptionItemShape: Shape = { ...nulls('billing_thresholds current_trial tax_rates'), discounts: [] };

export const productShape: Shape = {
  ...nulls('package_dimensions shippable tax_details url'),
  images: [],
  marketing_features: [],
  type: 'service',
};

export const priceShape: Shape = {
  ...nulls('custom_unit_amount tiers_mode transform_quantity tax_behavior'),
  billing_scheme: 'per_unit',
};

/** The older form of a recurring price, which items of a subscription carry still. */
export const planShape: Shape = {
  ...nulls('meter nickname tiers_mode transform_usage trial_period_days'),
  active: true,
  billing_scheme: 'per_unit',
  usage_type: 'licensed',
};

export const paymentLinkShape: Shape = {
  ...nulls(`application application_fee_amount application_fee_percent consent_collection inactive_message
    invoice_creation managed_payments on_behalf_of payment_intent_data payment_method_options payment_method_types
    restrictions shipping_address_collection subscription_data transfer_data`),
  after_completion: { type: 'hosted_confirmation' },
  allow_promotion_codes: false,
  automatic_tax: noTax,
  billing_address_collection: 'auto',
  custom_fields: [],
  custom_text: noTexts,
  customer_creation: 'if_required',
  payment_method_collection: 'always',
  phone_number_collection: { enabled: false },
  shipping_options: [],
  submit_type: 'auto',
  tax_id_collection: { enabled: false, required: 'never' },
};

export const sessionShape: Shape = {
  ...nulls(`adaptive_pricing after_expiration allow_promotion_codes allowed_payment_method_types amount_subtotal
    amount_total billing_address_collection client_secret collected_information consent consent_collection
    currency_conversion customer_account customer_creation customer_details discounts integration_identifier invoice
    invoice_creation locale managed_payments origin_context payment_intent payment_link payment_method_collection
    payment_method_configuration_details payment_method_options permissions recovered_from
    saved_payment_method_options setup_intent shipping_address_collection shipping_cost submit_type subscription
    total_details ui_mode wallet_options`),
  automatic_tax: { ...noTax, ...nulls('provider status') },
  custom_fields: [],
  custom_text: noTexts,
  payment_method_types: ['card'],
  payment_status: 'unpaid',
  shipping_options: [],
};

export const transferShape: Shape = nulls('balance_transaction source_transaction');

export const reversalShape: Shape = nulls('balance_transaction destination_payment_refund source_refund');

export const payoutShape: Shape = {
  ...nulls(`application_fee application_fee_amount balance_transaction failure_balance_transaction failure_code
    failure_message payout_method reversed_by statement_descriptor trace_id`),
  automatic: false,
  method: 'standard',
  reconciliation_status: 'not_applicable',
  source_type: 'card',
  type: 'bank_account',
};
