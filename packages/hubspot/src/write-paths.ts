/**
 * Every write of the SDK, read from @hubspot/api-client 14.0.1: a collection, and below it the verbs and what follows it.
 * `!` marks what no GET of the same path reads back. Types of CRM objects are one template, whatever they are called.
 * A test walks the installed SDK and fails where this and the SDK differ.
 */
const table = `
/automation/v4/actions
  DELETE {appId}/{definitionId}, DELETE {appId}/{definitionId}/functions/{functionType},
  DELETE {appId}/{definitionId}/functions/{functionType}/{functionId}, PATCH {appId}/{definitionId},
  POST callbacks/complete, POST callbacks/{callbackId}/complete, POST {appId},
  PUT {appId}/{definitionId}/functions/{functionType},
  PUT {appId}/{definitionId}/functions/{functionType}/{functionId}
/cms/url-redirects/v3
  POST
/cms/v3/blogs/authors
  DELETE {objectId}, PATCH {objectId}, POST, POST batch/archive, POST batch/create, POST batch/update,
  POST multi-language/attach-to-lang-group, POST multi-language/create-language-variation,
  POST multi-language/detach-from-lang-group, POST multi-language/update-languages,
  PUT! multi-language/set-new-lang-primary
/cms/v3/blogs/posts
  DELETE {objectId}, PATCH {objectId}, PATCH {objectId}/draft, POST, POST batch/archive, POST batch/create,
  POST batch/update, POST clone, POST multi-language/attach-to-lang-group,
  POST multi-language/create-language-variation, POST multi-language/detach-from-lang-group,
  POST multi-language/update-languages, POST schedule, POST {objectId}/draft/push-live, POST {objectId}/draft/reset,
  POST {objectId}/revisions/{revisionId}/restore, POST {objectId}/revisions/{revisionId}/restore-to-draft,
  PUT! multi-language/set-new-lang-primary
/cms/v3/blogs/tags
  DELETE {objectId}, PATCH {objectId}, POST, POST batch/archive, POST batch/create, POST batch/update,
  POST multi-language/attach-to-lang-group, POST multi-language/create-language-variation,
  POST multi-language/detach-from-lang-group, POST multi-language/update-languages,
  PUT! multi-language/set-new-lang-primary
/cms/v3/hubdb/tables
  DELETE {tableIdOrName}, DELETE {tableIdOrName}/rows/{rowId}/draft, DELETE! {tableIdOrName}/versions/{versionId},
  PATCH {tableIdOrName}/draft, PATCH {tableIdOrName}/rows/{rowId}/draft, POST, POST {tableIdOrName}/draft/clone,
  POST {tableIdOrName}/draft/import, POST {tableIdOrName}/draft/publish, POST {tableIdOrName}/draft/reset,
  POST {tableIdOrName}/rows, POST {tableIdOrName}/rows/draft/batch/clone,
  POST {tableIdOrName}/rows/draft/batch/create, POST {tableIdOrName}/rows/draft/batch/purge,
  POST {tableIdOrName}/rows/draft/batch/replace, POST {tableIdOrName}/rows/draft/batch/update,
  POST {tableIdOrName}/rows/{rowId}/draft/clone, POST {tableIdOrName}/unpublish,
  PUT {tableIdOrName}/rows/{rowId}/draft
/cms/v3/pages/landing-pages
  DELETE folders/{objectId}, DELETE {objectId}, PATCH folders/{objectId}, PATCH {objectId}, PATCH {objectId}/draft,
  POST, POST ab-test/create-variation, POST ab-test/end, POST ab-test/rerun, POST batch/archive, POST batch/create,
  POST batch/update, POST clone, POST folders, POST folders/batch/archive, POST folders/batch/create,
  POST folders/batch/update, POST folders/{objectId}/revisions/{revisionId}/restore,
  POST multi-language/attach-to-lang-group, POST multi-language/create-language-variation,
  POST multi-language/detach-from-lang-group, POST multi-language/update-languages, POST schedule,
  POST {objectId}/draft/push-live, POST {objectId}/draft/reset, POST {objectId}/revisions/{revisionId}/restore,
  POST {objectId}/revisions/{revisionId}/restore-to-draft, PUT! multi-language/set-new-lang-primary
/cms/v3/pages/site-pages
  DELETE {objectId}, PATCH {objectId}, PATCH {objectId}/draft, POST, POST ab-test/create-variation, POST ab-test/end,
  POST ab-test/rerun, POST batch/archive, POST batch/create, POST batch/update, POST clone,
  POST multi-language/attach-to-lang-group, POST multi-language/create-language-variation,
  POST multi-language/detach-from-lang-group, POST multi-language/update-languages, POST schedule,
  POST {objectId}/draft/push-live, POST {objectId}/draft/reset, POST {objectId}/revisions/{revisionId}/restore,
  POST {objectId}/revisions/{revisionId}/restore-to-draft, PUT! multi-language/set-new-lang-primary
/cms/v3/source-code
  DELETE {environment}/content/{path}, POST extract/async, POST {environment}/content/{path},
  PUT {environment}/content/{path}
/cms/v3/url-redirects
  DELETE {urlRedirectId}, PATCH {urlRedirectId}, POST
/communication-preferences/v3/subscribe
  POST
/communication-preferences/v3/unsubscribe
  POST
/crm-object-schemas/v3/schemas
  DELETE {objectType}, DELETE! {objectType}/associations/{associationIdentifier}, PATCH {objectType}, POST,
  POST {objectType}/associations
/crm/associations/v4
  DELETE! {fromObjectType}/{toObjectType}/labels/{associationTypeId},
  POST definitions/configurations/{fromObjectType}/{toObjectType}/batch/create,
  POST definitions/configurations/{fromObjectType}/{toObjectType}/batch/purge,
  POST definitions/configurations/{fromObjectType}/{toObjectType}/batch/update,
  POST {fromObjectType}/{toObjectType}/labels, PUT {fromObjectType}/{toObjectType}/labels
/crm/v3/associations
  POST {fromObjectType}/{toObjectType}/batch/archive, POST {fromObjectType}/{toObjectType}/batch/create
/crm/v3/exports/export/async
  POST
/crm/v3/extensions/calling
  DELETE {appId}/settings, DELETE {appId}/settings/channel-connection, PATCH {appId}/settings,
  PATCH {appId}/settings/channel-connection, PATCH {appId}/settings/recording, POST inbound-call,
  POST recordings/ready, POST {appId}/settings, POST {appId}/settings/channel-connection,
  POST {appId}/settings/recording
/crm/v3/extensions/cards-dev
  DELETE {appId}/{cardId}, PATCH {appId}/{cardId}, POST {appId}, POST {appId}/views/migrate
/crm/v3/extensions/videoconferencing/settings
  DELETE {appId}, PUT {appId}
/crm/v3/imports
  POST, POST {importId}/cancel
/crm/v3/lists
  DELETE {listId}, DELETE {listId}/memberships, DELETE {listId}/schedule-conversion, DELETE! folders/{folderId}, POST,
  POST folders, PUT {listId}/schedule-conversion, PUT! folders/move-list,
  PUT! folders/{folderId}/move/{newParentFolderId}, PUT! folders/{folderId}/rename, PUT! {listId}/memberships/add,
  PUT! {listId}/memberships/add-and-remove, PUT! {listId}/memberships/add-from/{sourceListId},
  PUT! {listId}/memberships/remove, PUT! {listId}/restore, PUT! {listId}/update-list-filters,
  PUT! {listId}/update-list-name
/crm/v3/objects
  DELETE {objectType}/{objectId}, PATCH {objectType}/{objectId}, POST {objectType}, POST {objectType}/batch/archive,
  POST {objectType}/batch/create, POST {objectType}/batch/update, POST {objectType}/batch/upsert,
  POST {objectType}/gdpr-delete, POST {objectType}/merge, POST {objectType}/splits/batch/upsert
/crm/v3/pipelines
  DELETE {objectType}/{pipelineId}, DELETE {objectType}/{pipelineId}/stages/{stageId},
  PATCH {objectType}/{pipelineId}, PATCH {objectType}/{pipelineId}/stages/{stageId}, POST {objectType},
  POST {objectType}/{pipelineId}/stages, PUT {objectType}/{pipelineId}, PUT {objectType}/{pipelineId}/stages/{stageId}
/crm/v3/properties
  DELETE {objectType}/groups/{groupName}, DELETE {objectType}/{propertyName}, PATCH {objectType}/groups/{groupName},
  PATCH {objectType}/{propertyName}, POST {objectType}, POST {objectType}/batch/archive,
  POST {objectType}/batch/create, POST {objectType}/groups
/crm/v4/associations
  DELETE! {fromObjectType}/{toObjectType}/labels/{associationTypeId},
  POST definitions/configurations/{fromObjectType}/{toObjectType}/batch/create,
  POST definitions/configurations/{fromObjectType}/{toObjectType}/batch/purge,
  POST definitions/configurations/{fromObjectType}/{toObjectType}/batch/update, POST usage/high-usage-report/{userId},
  POST {fromObjectType}/{toObjectType}/batch/archive, POST {fromObjectType}/{toObjectType}/batch/associate/default,
  POST {fromObjectType}/{toObjectType}/batch/create, POST {fromObjectType}/{toObjectType}/batch/labels/archive,
  POST {fromObjectType}/{toObjectType}/labels, PUT {fromObjectType}/{toObjectType}/labels
/crm/v4/objects
  DELETE! {objectType}/{objectId}/associations/{toObjectType}/{toObjectId},
  PUT! {fromObjectType}/{fromObjectId}/associations/default/{toObjectType}/{toObjectId},
  PUT! {objectType}/{objectId}/associations/{toObjectType}/{toObjectId}
/events/v3/send
  POST
/events/v3/send/batch
  POST
/files/v3/files
  DELETE {fileId}, DELETE! {fileId}/gdpr-delete, PATCH {fileId}, POST, POST import-from-url/async, PUT {fileId}
/files/v3/folders
  DELETE {folderId}, PATCH {folderId}, POST, POST update/async
/integrators/timeline/v3
  DELETE {appId}/event-templates/{eventTemplateId},
  DELETE! {appId}/event-templates/{eventTemplateId}/tokens/{tokenName}, POST events, POST events/batch/create,
  POST {appId}/event-templates, POST {appId}/event-templates/{eventTemplateId}/tokens,
  PUT {appId}/event-templates/{eventTemplateId}, PUT! {appId}/event-templates/{eventTemplateId}/tokens/{tokenName}
/marketing/v3/emails
  DELETE {emailId}, PATCH {emailId}, PATCH {emailId}/draft, POST, POST ab-test/create-variation, POST clone,
  POST {emailId}/draft/reset, POST {emailId}/publish, POST {emailId}/revisions/{revisionId}/restore,
  POST {emailId}/revisions/{revisionId}/restore-to-draft, POST {emailId}/unpublish
/marketing/v3/forms
  DELETE {formId}, PATCH {formId}, POST, PUT {formId}
/marketing/v3/marketing-events
  DELETE events/{externalEventId}, DELETE {objectId},
  DELETE! associations/{externalAccountId}/{externalEventId}/lists/{listId},
  DELETE! associations/{marketingEventId}/lists/{listId}, PATCH events/{externalEventId}, PATCH {objectId},
  POST attendance/{externalEventId}/{subscriberState}/create,
  POST attendance/{externalEventId}/{subscriberState}/email-create, POST batch/archive, POST batch/update,
  POST events, POST events/delete, POST events/upsert, POST events/{externalEventId}/cancel,
  POST events/{externalEventId}/complete, POST events/{externalEventId}/{subscriberState}/email-upsert,
  POST events/{externalEventId}/{subscriberState}/upsert, POST {appId}/settings,
  POST {objectId}/attendance/{subscriberState}/create, POST {objectId}/attendance/{subscriberState}/email-create,
  PUT events/{externalEventId}, PUT! associations/{externalAccountId}/{externalEventId}/lists/{listId},
  PUT! associations/{marketingEventId}/lists/{listId}
/marketing/v3/transactional/single-email/send
  POST
/marketing/v3/transactional/smtp-tokens
  DELETE {tokenId}, POST, POST {tokenId}/password-reset
/settings/users/v3
  POST
/settings/v3/users
  DELETE {userId}, POST, PUT {userId}
/webhooks/v3
  DELETE {appId}/settings, DELETE {appId}/subscriptions/{subscriptionId},
  PATCH {appId}/subscriptions/{subscriptionId}, POST {appId}/subscriptions, POST {appId}/subscriptions/batch/update,
  PUT {appId}/settings
`;

/** One write of the SDK. */
export interface WritePath {
  readonly method: string;
  /** `{...}` stands for one segment, or for the rest where it is a path itself. */
  readonly path: string;
  /** A GET of the same path shows what was written. */
  readonly readable: boolean;
}

export const writePaths: readonly WritePath[] = parse();

function parse(): WritePath[] {
  return table
    .trim()
    .split(/\n(?=\/)/)
    .flatMap((group) => {
      const [base = '', ...lines] = group.split('\n');
      return lines
        .join(' ')
        .split(',')
        .map((entry) => {
          const [verb = '', below] = entry.trim().split(' ');
          return {
            method: verb.replace('!', ''),
            path: below === undefined ? base : `${base}/${below}`,
            readable: !verb.startsWith('POST') && !verb.endsWith('!'),
          };
        });
    });
}
