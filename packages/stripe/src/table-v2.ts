/** Writes of the SDK's v2. Made from its types by test/sdk/write-table.ts; a test compares them. */
export const v2: string = `
POST /v2/billing/meter_events v2.billing.meterEvents.create
POST /v2/billing/meter_event_adjustments v2.billing.meterEventAdjustments.create
POST /v2/billing/meter_event_session v2.billing.meterEventSession.create
POST /v2/billing/meter_event_stream v2.billing.meterEventStream.create
POST /v2/commerce/product_catalog/imports v2.commerce.productCatalog.imports.create metadata list:created get:item
POST /v2/core/accounts v2.core.accounts.create metadata list get:item
POST /v2/core/accounts/:id v2.core.accounts.update metadata get
POST /v2/core/accounts/:id/close v2.core.accounts.close get:parent
POST /v2/core/accounts/:id/persons v2.core.accounts.persons.create metadata list get:item
DELETE /v2/core/accounts/:id/persons/:id v2.core.accounts.persons.del get
POST /v2/core/accounts/:id/persons/:id v2.core.accounts.persons.update metadata get
POST /v2/core/accounts/:id/person_tokens v2.core.accounts.personTokens.create metadata get:item
POST /v2/core/account_links v2.core.accountLinks.create
POST /v2/core/account_tokens v2.core.accountTokens.create get:item
POST /v2/core/event_destinations v2.core.eventDestinations.create metadata list get:item
DELETE /v2/core/event_destinations/:id v2.core.eventDestinations.del get
POST /v2/core/event_destinations/:id v2.core.eventDestinations.update metadata get
POST /v2/core/event_destinations/:id/disable v2.core.eventDestinations.disable get:parent
POST /v2/core/event_destinations/:id/enable v2.core.eventDestinations.enable get:parent
POST /v2/core/event_destinations/:id/ping v2.core.eventDestinations.ping get:parent
POST /v2/core/vault/gb_bank_accounts v2.core.vault.gbBankAccounts.create list get:item
POST /v2/core/vault/gb_bank_accounts/:id/archive v2.core.vault.gbBankAccounts.archive get:parent
POST /v2/core/vault/gb_bank_accounts/:id/unarchive v2.core.vault.gbBankAccounts.unarchive get:parent
POST /v2/core/vault/us_bank_accounts v2.core.vault.usBankAccounts.create list get:item
POST /v2/core/vault/us_bank_accounts/:id v2.core.vault.usBankAccounts.update get
POST /v2/core/vault/us_bank_accounts/:id/archive v2.core.vault.usBankAccounts.archive get:parent
POST /v2/core/vault/us_bank_accounts/:id/confirm_microdeposits v2.core.vault.usBankAccounts.confirmMicrodeposits get:parent
POST /v2/core/vault/us_bank_accounts/:id/send_microdeposits v2.core.vault.usBankAccounts.sendMicrodeposits get:parent
POST /v2/core/vault/us_bank_accounts/:id/unarchive v2.core.vault.usBankAccounts.unarchive get:parent
POST /v2/money_management/financial_accounts/:id v2.moneyManagement.financialAccounts.update metadata get
POST /v2/money_management/financial_addresses v2.moneyManagement.financialAddresses.create list by:financial_account get:item
POST /v2/money_management/inbound_transfers v2.moneyManagement.inboundTransfers.create list:created get:item
POST /v2/money_management/outbound_payments v2.moneyManagement.outboundPayments.create metadata list:created get:item
POST /v2/money_management/outbound_payments/:id/cancel v2.moneyManagement.outboundPayments.cancel get:parent
POST /v2/money_management/outbound_setup_intents v2.moneyManagement.outboundSetupIntents.create list get:item
POST /v2/money_management/outbound_setup_intents/:id v2.moneyManagement.outboundSetupIntents.update get
POST /v2/money_management/outbound_setup_intents/:id/cancel v2.moneyManagement.outboundSetupIntents.cancel get:parent
POST /v2/money_management/payout_intents v2.moneyManagement.payoutIntents.create metadata list get:item
POST /v2/money_management/payout_intents/:id v2.moneyManagement.payoutIntents.update metadata get
POST /v2/money_management/payout_intents/:id/cancel v2.moneyManagement.payoutIntents.cancel get:parent
POST /v2/money_management/payout_intents/:id/confirm v2.moneyManagement.payoutIntents.confirm get:parent
POST /v2/money_management/payout_intents/:id/refresh_fx_quote v2.moneyManagement.payoutIntents.refreshFxQuote get:parent
POST /v2/money_management/payout_intents/:id/refresh_recipient_verification v2.moneyManagement.payoutIntents.refreshRecipientVerification get:parent
POST /v2/money_management/payout_methods/:id/archive v2.moneyManagement.payoutMethods.archive get:parent
POST /v2/money_management/payout_methods/:id/unarchive v2.moneyManagement.payoutMethods.unarchive get:parent
POST /v2/money_management/recipient_verifications v2.moneyManagement.recipientVerifications.create get:item
POST /v2/money_management/recipient_verifications/:id/acknowledge v2.moneyManagement.recipientVerifications.acknowledge get:parent
POST /v2/money_management/transactions/:id v2.moneyManagement.transactions.update metadata get
POST /v2/money_management/transactions/:id/refresh_regulatory_receipt v2.moneyManagement.transactions.refreshRegulatoryReceipt get:parent
POST /v2/money_management/test_helpers/financial_addresses/:id/credit v2.moneyManagement.testHelpers.financialAddresses.credit
POST /v2/test_helpers/money_management/recipient_verifications v2.testHelpers.moneyManagements.recipientVerifications
`;
