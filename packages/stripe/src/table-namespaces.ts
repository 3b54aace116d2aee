/** Writes of the SDK's namespaces of v1. Made from its types by test/sdk/write-table.ts; a test compares them. */
export const namespaces: string = `
POST /v1/apps/installs apps.installs.create list:created get:item
POST /v1/apps/installs/:id apps.installs.update get
POST /v1/apps/installs/:id/uninstall apps.installs.uninstall get:parent
POST /v1/apps/secrets apps.secrets.create list needs:scope
POST /v1/apps/secrets/delete apps.secrets.deleteWhere
POST /v1/billing/alerts billing.alerts.create list get:item
POST /v1/billing/alerts/:id/activate billing.alerts.activate get:parent
POST /v1/billing/alerts/:id/archive billing.alerts.archive get:parent
POST /v1/billing/alerts/:id/deactivate billing.alerts.deactivate get:parent
POST /v1/billing/credit_grants billing.creditGrants.create metadata list by:customer,customer_account get:item
POST /v1/billing/credit_grants/:id billing.creditGrants.update metadata get
POST /v1/billing/credit_grants/:id/expire billing.creditGrants.expire get:parent
POST /v1/billing/credit_grants/:id/void billing.creditGrants.voidGrant get:parent
POST /v1/billing/feedback_options billing.feedbackOptions.create list get:item
POST /v1/billing/feedback_options/:id billing.feedbackOptions.update get
POST /v1/billing/feedback_options/:id/deactivate billing.feedbackOptions.deactivate get:parent
POST /v1/billing/meters billing.meters.create list get:item
POST /v1/billing/meters/:id billing.meters.update get
POST /v1/billing/meters/:id/deactivate billing.meters.deactivate get:parent
POST /v1/billing/meters/:id/reactivate billing.meters.reactivate get:parent
POST /v1/billing/meter_events billing.meterEvents.create
POST /v1/billing/meter_event_adjustments billing.meterEventAdjustments.create
POST /v1/billing_portal/configurations billingPortal.configurations.create metadata list get:item
POST /v1/billing_portal/configurations/:id billingPortal.configurations.update metadata get
POST /v1/billing_portal/sessions billingPortal.sessions.create
POST /v1/checkout/sessions checkout.sessions.create metadata list:created by:customer,customer_account get:item
POST /v1/checkout/sessions/:id checkout.sessions.update metadata get
POST /v1/checkout/sessions/:id/expire checkout.sessions.expire get:parent
POST /v1/climate/orders climate.orders.create metadata list get:item
POST /v1/climate/orders/:id climate.orders.update metadata get
POST /v1/climate/orders/:id/cancel climate.orders.cancel get:parent
POST /v1/entitlements/features entitlements.features.create metadata list get:item
POST /v1/entitlements/features/:id entitlements.features.update metadata get
POST /v1/financial_connections/accounts/:id/disconnect financialConnections.accounts.disconnect get:parent
POST /v1/financial_connections/accounts/:id/refresh financialConnections.accounts.refresh get:parent
POST /v1/financial_connections/accounts/:id/subscribe financialConnections.accounts.subscribe get:parent
POST /v1/financial_connections/accounts/:id/unsubscribe financialConnections.accounts.unsubscribe get:parent
POST /v1/financial_connections/sessions financialConnections.sessions.create get:item
POST /v1/forwarding/requests forwarding.requests.create metadata list:created get:item
POST /v1/identity/verification_sessions identity.verificationSessions.create metadata list:created get:item
POST /v1/identity/verification_sessions/:id identity.verificationSessions.update metadata get
POST /v1/identity/verification_sessions/:id/cancel identity.verificationSessions.cancel get:parent
POST /v1/identity/verification_sessions/:id/redact identity.verificationSessions.redact get:parent
POST /v1/issuing/authorizations/:id issuing.authorizations.update metadata get
POST /v1/issuing/authorizations/:id/approve issuing.authorizations.approve metadata get:parent
POST /v1/issuing/authorizations/:id/decline issuing.authorizations.decline metadata get:parent
POST /v1/issuing/cards issuing.cards.create metadata list:created by:cardholder get:item
POST /v1/issuing/cards/:id issuing.cards.update metadata get
POST /v1/issuing/cardholders issuing.cardholders.create metadata list:created get:item
POST /v1/issuing/cardholders/:id issuing.cardholders.update metadata get
POST /v1/issuing/disputes issuing.disputes.create metadata list:created get:item
POST /v1/issuing/disputes/:id issuing.disputes.update metadata get
POST /v1/issuing/disputes/:id/submit issuing.disputes.submit metadata get:parent
POST /v1/issuing/personalization_designs issuing.personalizationDesigns.create metadata list get:item
POST /v1/issuing/personalization_designs/:id issuing.personalizationDesigns.update metadata get
POST /v1/issuing/tokens/:id issuing.tokens.update get
POST /v1/issuing/transactions/:id issuing.transactions.update metadata get
POST /v1/product_catalog/trial_offers productCatalog.trialOffers.create list:created get:item
POST /v1/product_catalog/trial_offers/:id productCatalog.trialOffers.update get
POST /v1/radar/payment_evaluations radar.paymentEvaluations.create metadata
DELETE /v1/radar/value_lists/:id radar.valueLists.del get deleted:radar.value_list
POST /v1/radar/value_lists/:id radar.valueLists.update metadata get
POST /v1/radar/value_lists radar.valueLists.create metadata list:created get:item
DELETE /v1/radar/value_list_items/:id radar.valueListItems.del get deleted:radar.value_list_item
POST /v1/radar/value_list_items radar.valueListItems.create list:created needs:value_list get:item
POST /v1/reporting/report_runs reporting.reportRuns.create list:created get:item
POST /v1/tax/calculations tax.calculations.create get:item
POST /v1/tax/locations tax.locations.create list needs:type get:item
POST /v1/tax/registrations tax.registrations.create list get:item
POST /v1/tax/registrations/:id tax.registrations.update get
POST /v1/tax/settings tax.settings.update get
POST /v1/tax/transactions/create_from_calculation tax.transactions.createFromCalculation metadata
POST /v1/tax/transactions/create_reversal tax.transactions.createReversal metadata
DELETE /v1/terminal/configurations/:id terminal.configurations.del get deleted:terminal.configuration
POST /v1/terminal/configurations/:id terminal.configurations.update get
POST /v1/terminal/configurations terminal.configurations.create list get:item
POST /v1/terminal/connection_tokens terminal.connectionTokens.create
DELETE /v1/terminal/locations/:id terminal.locations.del get deleted:terminal.location
POST /v1/terminal/locations/:id terminal.locations.update metadata get
POST /v1/terminal/locations terminal.locations.create metadata list get:item
POST /v1/terminal/onboarding_links terminal.onboardingLinks.create
DELETE /v1/terminal/readers/:id terminal.readers.del get deleted:terminal.reader
POST /v1/terminal/readers/:id terminal.readers.update metadata get
POST /v1/terminal/readers terminal.readers.create metadata list get:item
POST /v1/terminal/readers/:id/cancel_action terminal.readers.cancelAction get:parent
POST /v1/terminal/readers/:id/collect_inputs terminal.readers.collectInputs metadata get:parent
POST /v1/terminal/readers/:id/collect_payment_method terminal.readers.collectPaymentMethod get:parent
POST /v1/terminal/readers/:id/confirm_payment_intent terminal.readers.confirmPaymentIntent get:parent
POST /v1/terminal/readers/:id/process_payment_intent terminal.readers.processPaymentIntent get:parent
POST /v1/terminal/readers/:id/process_setup_intent terminal.readers.processSetupIntent get:parent
POST /v1/terminal/readers/:id/refund_payment terminal.readers.refundPayment metadata get:parent
POST /v1/terminal/readers/:id/set_reader_display terminal.readers.setReaderDisplay get:parent
POST /v1/test_helpers/confirmation_tokens testHelpers.confirmationTokens.create
POST /v1/test_helpers/customers/:id/fund_cash_balance testHelpers.customers.fundCashBalance
POST /v1/test_helpers/refunds/:id/expire testHelpers.refunds.expire
DELETE /v1/test_helpers/test_clocks/:id testHelpers.testClocks.del get deleted:test_helpers.test_clock
POST /v1/test_helpers/test_clocks testHelpers.testClocks.create list get:item
POST /v1/test_helpers/test_clocks/:id/advance testHelpers.testClocks.advance get:parent
POST /v1/test_helpers/issuing/authorizations testHelpers.issuing.authorizations.create
POST /v1/test_helpers/issuing/authorizations/:id/capture testHelpers.issuing.authorizations.capture
POST /v1/test_helpers/issuing/authorizations/:id/expire testHelpers.issuing.authorizations.expire
POST /v1/test_helpers/issuing/authorizations/:id/finalize_amount testHelpers.issuing.authorizations.finalizeAmount
POST /v1/test_helpers/issuing/authorizations/:id/fraud_challenges/respond testHelpers.issuing.authorizations.respond
POST /v1/test_helpers/issuing/authorizations/:id/increment testHelpers.issuing.authorizations.increment
POST /v1/test_helpers/issuing/authorizations/:id/reverse testHelpers.issuing.authorizations.reverse
POST /v1/test_helpers/issuing/cards/:id/shipping/deliver testHelpers.issuing.cards.deliverCard
POST /v1/test_helpers/issuing/cards/:id/shipping/fail testHelpers.issuing.cards.failCard
POST /v1/test_helpers/issuing/cards/:id/shipping/return testHelpers.issuing.cards.returnCard
POST /v1/test_helpers/issuing/cards/:id/shipping/ship testHelpers.issuing.cards.shipCard
POST /v1/test_helpers/issuing/cards/:id/shipping/submit testHelpers.issuing.cards.submitCard
POST /v1/test_helpers/issuing/personalization_designs/:id/activate testHelpers.issuing.personalizationDesigns.activate
POST /v1/test_helpers/issuing/personalization_designs/:id/deactivate testHelpers.issuing.personalizationDesigns.deactivate
POST /v1/test_helpers/issuing/personalization_designs/:id/reject testHelpers.issuing.personalizationDesigns.reject
POST /v1/test_helpers/issuing/transactions/:id/refund testHelpers.issuing.transactions.refund
POST /v1/test_helpers/issuing/transactions/create_force_capture testHelpers.issuing.transactions.createForceCapture
POST /v1/test_helpers/issuing/transactions/create_unlinked_refund testHelpers.issuing.transactions.createUnlinkedRefund
POST /v1/test_helpers/terminal/readers/:id/present_payment_method testHelpers.terminal.readers.presentPaymentMethod
POST /v1/test_helpers/terminal/readers/:id/succeed_input_collection testHelpers.terminal.readers.succeedInputCollection
POST /v1/test_helpers/terminal/readers/:id/timeout_input_collection testHelpers.terminal.readers.timeoutInputCollection
POST /v1/test_helpers/treasury/inbound_transfers/:id/fail testHelpers.treasury.inboundTransfers.fail
POST /v1/test_helpers/treasury/inbound_transfers/:id/return testHelpers.treasury.inboundTransfers.returnInboundTransfer
POST /v1/test_helpers/treasury/inbound_transfers/:id/succeed testHelpers.treasury.inboundTransfers.succeed
POST /v1/test_helpers/treasury/outbound_payments/:id testHelpers.treasury.outboundPayments.update
POST /v1/test_helpers/treasury/outbound_payments/:id/fail testHelpers.treasury.outboundPayments.fail
POST /v1/test_helpers/treasury/outbound_payments/:id/post testHelpers.treasury.outboundPayments.post
POST /v1/test_helpers/treasury/outbound_payments/:id/return testHelpers.treasury.outboundPayments.returnOutboundPayment
POST /v1/test_helpers/treasury/outbound_transfers/:id testHelpers.treasury.outboundTransfers.update
POST /v1/test_helpers/treasury/outbound_transfers/:id/fail testHelpers.treasury.outboundTransfers.fail
POST /v1/test_helpers/treasury/outbound_transfers/:id/post testHelpers.treasury.outboundTransfers.post
POST /v1/test_helpers/treasury/outbound_transfers/:id/return testHelpers.treasury.outboundTransfers.returnOutboundTransfer
POST /v1/test_helpers/treasury/received_credits testHelpers.treasury.receivedCredits.create
POST /v1/test_helpers/treasury/received_debits testHelpers.treasury.receivedDebits.create
POST /v1/three_d_secure/authentications threeDSecure.authentications.create metadata list:created get:item
POST /v1/three_d_secure/authentications/:id/cancel threeDSecure.authentications.cancel metadata get:parent
POST /v1/three_d_secure/authentications/:id/submit threeDSecure.authentications.submit metadata get:parent
POST /v1/treasury/credit_reversals treasury.creditReversals.create metadata list needs:financial_account get:item
POST /v1/treasury/debit_reversals treasury.debitReversals.create metadata list needs:financial_account get:item
POST /v1/treasury/financial_accounts treasury.financialAccounts.create metadata list:created get:item
POST /v1/treasury/financial_accounts/:id treasury.financialAccounts.update metadata get
POST /v1/treasury/financial_accounts/:id/close treasury.financialAccounts.close get:parent
POST /v1/treasury/financial_accounts/:id/features treasury.financialAccounts.updateFeatures get
POST /v1/treasury/inbound_transfers treasury.inboundTransfers.create metadata list by:financial_account needs:financial_account get:item
POST /v1/treasury/inbound_transfers/:id/cancel treasury.inboundTransfers.cancel get:parent
POST /v1/treasury/outbound_payments treasury.outboundPayments.create metadata list:created by:customer,financial_account needs:financial_account get:item
POST /v1/treasury/outbound_payments/:id/cancel treasury.outboundPayments.cancel get:parent
POST /v1/treasury/outbound_transfers treasury.outboundTransfers.create metadata list by:financial_account needs:financial_account get:item
POST /v1/treasury/outbound_transfers/:id/cancel treasury.outboundTransfers.cancel get:parent
`;
