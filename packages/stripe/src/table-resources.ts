/** Writes of the SDK's resources. Made from its types by test/sdk/write-table.ts; a test compares them. */
export const resources: string = `
POST /v1/account_links accountLinks.create
POST /v1/account_sessions accountSessions.create
DELETE /v1/accounts/:id accounts.del get deleted:account
POST /v1/accounts/:id accounts.update metadata get
POST /v1/accounts accounts.create metadata list:created get:item
POST /v1/accounts/:id/reject accounts.reject get:parent
POST /v1/accounts/:id/unreject accounts.unreject get:parent
POST /v1/accounts/:id/capabilities/:id accounts.updateCapability get
DELETE /v1/accounts/:id/external_accounts/:id accounts.deleteExternalAccount get
POST /v1/accounts/:id/external_accounts/:id accounts.updateExternalAccount metadata get
POST /v1/accounts/:id/external_accounts accounts.createExternalAccount metadata list get:item
POST /v1/accounts/:id/login_links accounts.createLoginLink get:parent
DELETE /v1/accounts/:id/persons/:id accounts.deletePerson get deleted:person
POST /v1/accounts/:id/persons/:id accounts.updatePerson metadata get
POST /v1/accounts/:id/persons accounts.createPerson metadata list get:item
DELETE /v1/apple_pay/domains/:id applePayDomains.del get deleted:apple_pay_domain
POST /v1/apple_pay/domains applePayDomains.create list get:item
POST /v1/application_fees/:id/refunds/:id applicationFees.updateRefund metadata get
POST /v1/application_fees/:id/refunds applicationFees.createRefund metadata list get:item
POST /v1/balance_settings balanceSettings.update get
POST /v1/charges charges.create metadata list:created by:customer get:item
POST /v1/charges/:id charges.update metadata get
POST /v1/charges/:id/capture charges.capture get:parent
DELETE /v1/coupons/:id coupons.del get deleted:coupon
POST /v1/coupons/:id coupons.update metadata get
POST /v1/coupons coupons.create metadata list:created get:item
POST /v1/credit_notes creditNotes.create metadata list:created by:invoice get:item
POST /v1/credit_notes/:id creditNotes.update metadata get
POST /v1/credit_notes/:id/void creditNotes.voidCreditNote get:parent
POST /v1/customer_sessions customerSessions.create
DELETE /v1/customers/:id customers.del get deleted:customer
POST /v1/customers/:id customers.update metadata get
DELETE /v1/customers/:id/discount customers.deleteDiscount deleted:discount
POST /v1/customers customers.create metadata list:created by:test_clock get:item
POST /v1/customers/:id/balance_transactions customers.createBalanceTransaction metadata list:created get:item
POST /v1/customers/:id/balance_transactions/:id customers.updateBalanceTransaction metadata get
POST /v1/customers/:id/cash_balance customers.updateCashBalance get
POST /v1/customers/:id/funding_instructions customers.createFundingInstructions get:parent
POST /v1/customers/:id/sources customers.createSource metadata list get:item
POST /v1/customers/:id/sources/:id customers.updateSource metadata get
DELETE /v1/customers/:id/sources/:id customers.deleteSource get
POST /v1/customers/:id/sources/:id/verify customers.verifySource get:parent
DELETE /v1/customers/:id/tax_ids/:id customers.deleteTaxId get deleted:tax_id
POST /v1/customers/:id/tax_ids customers.createTaxId list get:item
POST /v1/disputes/:id disputes.update metadata get
POST /v1/disputes/:id/close disputes.close get:parent
DELETE /v1/ephemeral_keys/:id ephemeralKeys.del
POST /v1/ephemeral_keys ephemeralKeys.create
POST /v1/file_links fileLinks.create metadata list:created by:file get:item
POST /v1/file_links/:id fileLinks.update metadata get
POST /v1/files files.create list:created get:item
DELETE /v1/invoiceitems/:id invoiceItems.del get deleted:invoiceitem
POST /v1/invoiceitems/:id invoiceItems.update metadata get
POST /v1/invoiceitems invoiceItems.create metadata list:created by:customer,customer_account,invoice get:item
POST /v1/invoice_rendering_templates/:id/archive invoiceRenderingTemplates.archive get:parent
POST /v1/invoice_rendering_templates/:id/unarchive invoiceRenderingTemplates.unarchive get:parent
DELETE /v1/invoices/:id invoices.del get deleted:invoice
POST /v1/invoices/:id invoices.update metadata get
POST /v1/invoices invoices.create metadata list:created by:customer,customer_account,subscription get:item
POST /v1/invoices/:id/add_lines invoices.addLines get:parent
POST /v1/invoices/:id/attach_payment invoices.attachPayment get:parent
POST /v1/invoices/:id/finalize invoices.finalizeInvoice get:parent
POST /v1/invoices/:id/mark_uncollectible invoices.markUncollectible get:parent
POST /v1/invoices/:id/pay invoices.pay get:parent
POST /v1/invoices/:id/remove_lines invoices.removeLines get:parent
POST /v1/invoices/:id/send invoices.sendInvoice get:parent
POST /v1/invoices/:id/update_lines invoices.updateLines get:parent
POST /v1/invoices/:id/void invoices.voidInvoice get:parent
POST /v1/invoices/:id/lines/:id invoices.updateLineItem metadata
POST /v1/payment_intents paymentIntents.create metadata list:created by:customer,customer_account get:item
POST /v1/payment_intents/:id paymentIntents.update metadata get
POST /v1/payment_intents/:id/apply_customer_balance paymentIntents.applyCustomerBalance get:parent
POST /v1/payment_intents/:id/cancel paymentIntents.cancel get:parent
POST /v1/payment_intents/:id/capture paymentIntents.capture metadata get:parent
POST /v1/payment_intents/:id/confirm paymentIntents.confirm get:parent
POST /v1/payment_intents/:id/increment_authorization paymentIntents.incrementAuthorization metadata get:parent
POST /v1/payment_intents/:id/verify_microdeposits paymentIntents.verifyMicrodeposits get:parent
POST /v1/payment_links paymentLinks.create metadata list get:item
POST /v1/payment_links/:id paymentLinks.update metadata get
POST /v1/payment_method_configurations paymentMethodConfigurations.create list get:item
POST /v1/payment_method_configurations/:id paymentMethodConfigurations.update get
POST /v1/payment_method_domains paymentMethodDomains.create list get:item
POST /v1/payment_method_domains/:id paymentMethodDomains.update get
POST /v1/payment_method_domains/:id/validate paymentMethodDomains.validate get:parent
POST /v1/payment_methods paymentMethods.create metadata list by:customer get:item
POST /v1/payment_methods/:id paymentMethods.update metadata get
POST /v1/payment_methods/:id/attach paymentMethods.attach get:parent
POST /v1/payment_methods/:id/detach paymentMethods.detach get:parent
POST /v1/payment_records/:id/report_payment_attempt paymentRecords.reportPaymentAttempt metadata get:parent
POST /v1/payment_records/:id/report_payment_attempt_canceled paymentRecords.reportPaymentAttemptCanceled metadata get:parent
POST /v1/payment_records/:id/report_payment_attempt_failed paymentRecords.reportPaymentAttemptFailed metadata get:parent
POST /v1/payment_records/:id/report_payment_attempt_guaranteed paymentRecords.reportPaymentAttemptGuaranteed metadata get:parent
POST /v1/payment_records/:id/report_payment_attempt_informational paymentRecords.reportPaymentAttemptInformational metadata get:parent
POST /v1/payment_records/:id/report_refund paymentRecords.reportRefund metadata get:parent
POST /v1/payment_records/report_payment paymentRecords.reportPayment metadata
POST /v1/payouts payouts.create metadata list:created get:item
POST /v1/payouts/:id payouts.update metadata get
POST /v1/payouts/:id/cancel payouts.cancel get:parent
POST /v1/payouts/:id/reverse payouts.reverse metadata get:parent
DELETE /v1/plans/:id plans.del get deleted:plan
POST /v1/plans/:id plans.update metadata get
POST /v1/plans plans.create metadata list:created by:product get:item
POST /v1/prices prices.create metadata list:created by:product get:item
POST /v1/prices/:id prices.update metadata get
DELETE /v1/products/:id products.del get deleted:product
POST /v1/products/:id products.update metadata get
POST /v1/products products.create metadata list:created get:item
DELETE /v1/products/:id/features/:id products.deleteFeature get deleted:product_feature
POST /v1/products/:id/features products.createFeature list get:item
POST /v1/promotion_codes promotionCodes.create metadata list:created by:customer,customer_account get:item
POST /v1/promotion_codes/:id promotionCodes.update metadata get
POST /v1/quotes quotes.create metadata list by:customer,customer_account,test_clock get:item
POST /v1/quotes/:id quotes.update metadata get
POST /v1/quotes/:id/accept quotes.accept get:parent
POST /v1/quotes/:id/cancel quotes.cancel get:parent
POST /v1/quotes/:id/finalize quotes.finalizeQuote get:parent
POST /v1/refunds refunds.create metadata list:created by:charge,payment_intent get:item
POST /v1/refunds/:id refunds.update metadata get
POST /v1/refunds/:id/cancel refunds.cancel get:parent
POST /v1/reviews/:id/approve reviews.approve get:parent
POST /v1/setup_intents setupIntents.create metadata list:created by:customer,customer_account get:item
POST /v1/setup_intents/:id setupIntents.update metadata get
POST /v1/setup_intents/:id/cancel setupIntents.cancel get:parent
POST /v1/setup_intents/:id/confirm setupIntents.confirm get:parent
POST /v1/setup_intents/:id/verify_microdeposits setupIntents.verifyMicrodeposits get:parent
POST /v1/shipping_rates shippingRates.create metadata list:created get:item
POST /v1/shipping_rates/:id shippingRates.update metadata get
POST /v1/sources/:id sources.update metadata get
POST /v1/sources sources.create metadata get:item
POST /v1/sources/:id/verify sources.verify get:parent
DELETE /v1/subscription_items/:id subscriptionItems.del get deleted:subscription_item
POST /v1/subscription_items/:id subscriptionItems.update metadata get
POST /v1/subscription_items subscriptionItems.create metadata list by:subscription needs:subscription get:item
POST /v1/subscription_schedules subscriptionSchedules.create metadata list:created by:customer,customer_account get:item
POST /v1/subscription_schedules/:id subscriptionSchedules.update metadata get
POST /v1/subscription_schedules/:id/cancel subscriptionSchedules.cancel get:parent
POST /v1/subscription_schedules/:id/release subscriptionSchedules.release get:parent
DELETE /v1/subscriptions/:id subscriptions.cancel get
POST /v1/subscriptions/:id subscriptions.update metadata get
DELETE /v1/subscriptions/:id/discount subscriptions.deleteDiscount deleted:discount
POST /v1/subscriptions subscriptions.create metadata list:created by:customer,customer_account get:item
POST /v1/subscriptions/:id/migrate subscriptions.migrate get:parent
POST /v1/subscriptions/:id/pause subscriptions.pause get:parent
POST /v1/subscriptions/:id/resume subscriptions.resume get:parent
DELETE /v1/tax_ids/:id taxIds.del get deleted:tax_id
POST /v1/tax_ids taxIds.create list get:item
POST /v1/tax_rates taxRates.create metadata list:created get:item
POST /v1/tax_rates/:id taxRates.update metadata get
POST /v1/tokens tokens.create get:item
POST /v1/topups topups.create metadata list:created get:item
POST /v1/topups/:id topups.update metadata get
POST /v1/topups/:id/cancel topups.cancel get:parent
POST /v1/transfers transfers.create metadata list:created get:item
POST /v1/transfers/:id transfers.update metadata get
POST /v1/transfers/:id/reversals transfers.createReversal metadata list get:item
POST /v1/transfers/:id/reversals/:id transfers.updateReversal metadata get
DELETE /v1/webhook_endpoints/:id webhookEndpoints.del get deleted:webhook_endpoint
POST /v1/webhook_endpoints/:id webhookEndpoints.update metadata get
POST /v1/webhook_endpoints webhookEndpoints.create metadata list get:item
POST /oauth/token oauth.token
POST /oauth/deauthorize oauth.deauthorize
`;
