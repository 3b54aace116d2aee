/** Methods of organisations' administrators; the columns are explained in `table.ts`. */
export const adminRows = `
admin.analytics.getFile read
admin.apps.activities.list read
admin.apps.approve constrained:repeat
admin.apps.approved.list read
admin.apps.clearResolution constrained:repeat m:app_id
admin.apps.config.lookup read
admin.apps.config.set constrained:repeat m:app_id
admin.apps.requests.cancel unverifiable m:request_id
admin.apps.requests.list read
admin.apps.restrict constrained:repeat
admin.apps.restricted.list read
admin.apps.uninstall unverifiable m:app_id
admin.auth.policy.assignEntities constrained:repeat m:entity_ids,entity_type,policy_name
admin.auth.policy.getEntities read
admin.auth.policy.removeEntities constrained:repeat m:entity_ids,entity_type,policy_name
admin.barriers.create unverifiable m:barriered_from_usergroup_ids,primary_usergroup_id,restricted_subjects
admin.barriers.delete constrained:repeat m:barrier_id
admin.barriers.list read
admin.barriers.update constrained:repeat m:barrier_id,barriered_from_usergroup_ids,primary_usergroup_id,restricted_subjects
admin.conversations.archive constrained:repeat done:already_archived m:channel_id
admin.conversations.bulkArchive unverifiable m:channel_ids
admin.conversations.bulkDelete unverifiable m:channel_ids
admin.conversations.bulkMove unverifiable m:channel_ids,target_team_id
admin.conversations.convertToPrivate constrained:repeat m:channel_id
admin.conversations.convertToPublic constrained:repeat m:channel_id
admin.conversations.create unverifiable m:is_private,name
admin.conversations.delete unverifiable m:channel_id
admin.conversations.disconnectShared unverifiable m:channel_id
admin.conversations.ekm.listOriginalConnectedChannelInfo read
admin.conversations.getConversationPrefs read
admin.conversations.getCustomRetention read
admin.conversations.getTeams read
admin.conversations.invite unverifiable m:channel_id,user_ids
admin.conversations.lookup read
admin.conversations.removeCustomRetention constrained:repeat m:channel_id
admin.conversations.rename constrained:repeat m:channel_id,name
admin.conversations.restrictAccess.addGroup constrained:repeat m:channel_id,group_id
admin.conversations.restrictAccess.listGroups read
admin.conversations.restrictAccess.removeGroup constrained:repeat m:channel_id,group_id,team_id
admin.conversations.search read
admin.conversations.setConversationPrefs constrained:repeat m:channel_id,prefs
admin.conversations.setCustomRetention constrained:repeat m:channel_id,duration_days
admin.conversations.setTeams constrained:repeat m:channel_id
admin.conversations.unarchive constrained:repeat done:channel_not_archived m:channel_id
admin.emoji.add unverifiable m:name,url
admin.emoji.addAlias unverifiable m:alias_for,name
admin.emoji.list read
admin.emoji.remove constrained:repeat m:name
admin.emoji.rename constrained:repeat m:name,new_name
admin.functions.list read
admin.functions.permissions.lookup read
admin.functions.permissions.set constrained:repeat m:function_id
admin.inviteRequests.approve constrained:repeat m:invite_request_id
admin.inviteRequests.approved.list read
admin.inviteRequests.denied.list read
admin.inviteRequests.deny constrained:repeat m:invite_request_id
admin.inviteRequests.list read
admin.roles.addAssignments constrained:repeat m:entity_ids,role_id,user_ids
admin.roles.listAssignments read
admin.roles.removeAssignments constrained:repeat m:entity_ids,role_id,user_ids
admin.teams.admins.list read
admin.teams.create unverifiable m:team_domain,team_name
admin.teams.list read
admin.teams.owners.list read
admin.teams.settings.info read
admin.teams.settings.setDefaultChannels constrained:repeat m:channel_ids,team_id
admin.teams.settings.setDescription constrained:repeat m:description,team_id
admin.teams.settings.setDiscoverability constrained:repeat m:discoverability,team_id
admin.teams.settings.setIcon constrained:repeat m:image_url,team_id
admin.teams.settings.setName constrained:repeat m:name,team_id
admin.usergroups.addChannels constrained:repeat m:channel_ids,usergroup_id
admin.usergroups.addTeams constrained:repeat m:team_ids,usergroup_id
admin.usergroups.listChannels read
admin.usergroups.removeChannels constrained:repeat m:channel_ids,usergroup_id
admin.users.assign unverifiable m:team_id,user_id
admin.users.getExpiration read
admin.users.invite unverifiable m:channel_ids,email,team_id
admin.users.list read
admin.users.remove unverifiable m:team_id,user_id
admin.users.session.clearSettings unverifiable m:user_ids
admin.users.session.getSettings read
admin.users.session.invalidate unverifiable m:session_id,user_id
admin.users.session.list read
admin.users.session.reset unverifiable m:user_id
admin.users.session.resetBulk unverifiable m:user_ids
admin.users.session.setSettings constrained:repeat m:user_ids
admin.users.setAdmin constrained:repeat m:team_id,user_id
admin.users.setExpiration constrained:repeat m:expiration_ts,user_id
admin.users.setOwner constrained:repeat m:team_id,user_id
admin.users.setRegular constrained:repeat m:team_id,user_id
admin.users.unsupportedVersions.export unverifiable
admin.workflows.collaborators.add unverifiable m:collaborator_ids,workflow_ids
admin.workflows.collaborators.remove constrained:repeat m:collaborator_ids,workflow_ids
admin.workflows.permissions.lookup read
admin.workflows.search read
admin.workflows.unpublish constrained:repeat m:workflow_ids
`;
