/** Methods of a workspace; the columns are explained in `table.ts`. */
export const workspaceRows = `
agents.conversations.archive constrained:repeat
agents.conversations.create unverifiable
agents.conversations.getCanvas read
agents.conversations.listViews read
agents.conversations.removeView constrained:repeat
agents.conversations.setCanvasContent constrained:repeat
agents.conversations.setCommands constrained:repeat
agents.conversations.setProperties constrained:repeat
agents.conversations.setView constrained:repeat
agents.sessions.rename constrained:repeat
agents.sessions.setStatus constrained:repeat
api.test read
assistant.threads.setStatus constrained:repeat m:channel_id,thread_ts w:status
assistant.threads.setSuggestedPrompts constrained:repeat m:channel_id,thread_ts w:title,prompts
assistant.threads.setTitle constrained:repeat m:channel_id,thread_ts w:title
apps.connections.open passes
apps.event.authorizations.list read
apps.manifest.create unverifiable w:manifest
apps.manifest.delete unverifiable m:app_id
apps.manifest.export read
apps.manifest.update constrained:repeat m:app_id w:manifest
apps.manifest.validate read
apps.uninstall unverifiable m:client_id
apps.user.connection.update constrained:repeat
auth.revoke constrained:repeat done:token_revoked
auth.teams.list read
auth.test read
bookmarks.add probed:bookmark m:channel_id,type,link w:title,emoji
bookmarks.edit constrained:repeat m:channel_id,bookmark_id,link w:title,emoji
bookmarks.list read
bookmarks.remove constrained:repeat done:not_found m:channel_id,bookmark_id
blocks.validate read
bots.info read
calls.add unverifiable m:external_unique_id,join_url w:title
calls.end constrained:repeat m:id
calls.info read
calls.update constrained:repeat m:id w:title
calls.participants.add constrained:repeat m:id,users
calls.participants.remove constrained:repeat m:id,users
canvases.access.delete constrained:repeat m:canvas_id,channel_ids,user_ids
canvases.access.set constrained:repeat m:canvas_id,access_level,channel_ids,user_ids
canvases.create probed:canvas m:title,channel_id w:document_content
canvases.delete constrained:repeat done:canvas_deleted,canvas_not_found m:canvas_id
canvases.edit unverifiable m:canvas_id w:changes
canvases.sections.lookup read
chat.appendStream probed:appended m:channel,ts w:markdown_text,chunks
chat.delete constrained:repeat done:message_not_found m:channel,ts
chat.deleteScheduledMessage natural:unscheduled m:channel,scheduled_message_id
chat.getPermalink read
chat.meMessage probed:said m:channel w:text
chat.postEphemeral unverifiable m:channel,user,thread_ts w:text,markdown_text,blocks,attachments
chat.postMessage probed:message m:channel,thread_ts w:text,markdown_text,blocks,attachments
chat.scheduleMessage probed:scheduled m:channel,thread_ts,post_at w:text,markdown_text,blocks,attachments
chat.scheduledMessages.list read
chat.startStream probed:stream m:channel,thread_ts,recipient_user_id,recipient_team_id w:markdown_text,chunks
chat.stopStream constrained:stopped m:channel,ts w:markdown_text,chunks,blocks
chat.unfurl constrained:repeat m:channel,ts,source,unfurl_id w:unfurls,metadata
chat.update natural:updated m:channel,ts w:text,markdown_text,blocks,attachments
conversations.acceptSharedInvite unverifiable m:channel_id,channel_name,invite_id
conversations.approveSharedInvite constrained:repeat m:invite_id
conversations.archive constrained:repeat done:already_archived m:channel
conversations.canvases.create constrained:channelCanvas m:channel_id w:document_content
conversations.close constrained:repeat m:channel
conversations.create constrained:channel m:name,is_private,team_id
conversations.declineSharedInvite constrained:repeat m:invite_id
conversations.externalInvitePermissions.set constrained:repeat m:action,channel,target_team
conversations.history read
conversations.info read
conversations.invite constrained:member done:already_in_channel m:channel,users
conversations.inviteShared unverifiable m:channel,emails,user_ids
conversations.join constrained:repeat m:channel
conversations.kick constrained:repeat done:not_in_channel m:channel,user
conversations.leave constrained:repeat done:not_in_channel m:channel
conversations.list read
conversations.listConnectInvites read
conversations.mark constrained:repeat m:channel,ts
conversations.members read
conversations.open passes
conversations.rename natural:name m:channel,name
conversations.replies read
conversations.requestSharedInvite.approve unverifiable m:invite_id,channel_id
conversations.requestSharedInvite.deny unverifiable m:invite_id
conversations.requestSharedInvite.list read
conversations.setPurpose natural:purpose m:channel w:purpose
conversations.setTopic natural:topic m:channel w:topic
conversations.unarchive constrained:repeat done:not_archived m:channel
dialog.open constrained:repeat done:trigger_exchanged m:trigger_id w:dialog
dnd.endDnd constrained:repeat done:not_in_dnd
dnd.endSnooze constrained:repeat done:snooze_not_active
dnd.info read
dnd.setSnooze constrained:repeat m:num_minutes
dnd.teamInfo read
emoji.list read
entity.presentDetails constrained:repeat m:trigger_id
files.completeUploadExternal probed:files m:files,channel_id,channels,thread_ts w:initial_comment,blocks
files.delete constrained:repeat done:file_deleted,file_not_found m:file
files.getUploadURLExternal passes
files.info read
files.list read
files.revokePublicURL constrained:repeat m:file
files.sharedPublicURL constrained:repeat done:already_public m:file
files.uploadV2 steps
files.comments.delete constrained:repeat m:file,id
files.remote.add unverifiable m:external_id,external_url w:title
files.remote.info read
files.remote.list read
files.remote.remove constrained:repeat done:file_not_found m:external_id,file
files.remote.share unverifiable m:channels,external_id,file
files.remote.update constrained:repeat m:external_id,file w:title
functions.completeError constrained:repeat m:function_execution_id w:error
functions.completeSuccess constrained:repeat m:function_execution_id,outputs
migration.exchange read
oauth.access passes
oauth.v2.access passes
oauth.v2.exchange unverifiable m:client_id
openid.connect.token passes
openid.connect.userInfo read
pins.add constrained:repeat done:already_pinned m:channel,timestamp
pins.list read
pins.remove constrained:repeat done:no_pin,not_pinned m:channel,timestamp
reactions.add constrained:reaction done:already_reacted m:channel,timestamp,name
reactions.get read
reactions.list read
reactions.remove constrained:repeat done:no_reaction m:channel,timestamp,name
reminders.add probed:reminder m:time,user w:text
reminders.complete constrained:repeat m:reminder
reminders.delete constrained:repeat done:not_found m:reminder
reminders.info read
reminders.list read
rtm.connect passes
search.all read
search.files read
search.messages read
slackLists.access.delete constrained:repeat m:list_id,channel_ids,user_ids
slackLists.access.set constrained:repeat m:list_id,access_level,channel_ids,user_ids
slackLists.create unverifiable m:name
slackLists.download.get read
slackLists.download.start passes
slackLists.items.create unverifiable m:list_id,initial_fields
slackLists.items.delete constrained:repeat done:row_not_found m:list_id,id
slackLists.items.deleteMultiple constrained:repeat m:list_id,ids
slackLists.items.info read
slackLists.items.list read
slackLists.items.update constrained:repeat m:list_id,cells
slackLists.update constrained:repeat m:id,name
team.accessLogs read
team.billableInfo read
team.billing.info read
team.externalTeams.disconnect unverifiable m:target_team
team.externalTeams.list read
team.info read
team.integrationLogs read
team.preferences.list read
team.profile.get read
tooling.tokens.rotate unverifiable
usergroups.create constrained:usergroup m:name,handle w:description
usergroups.disable constrained:repeat m:usergroup
usergroups.enable constrained:repeat m:usergroup
usergroups.list read
usergroups.update constrained:repeat m:usergroup,name,handle w:description
usergroups.users.list read
usergroups.users.update constrained:repeat m:usergroup,users
users.conversations read
users.deletePhoto constrained:repeat
users.discoverableContacts.lookup read
users.getPresence read
users.identity read
users.info read
users.list read
users.lookupByEmail read
users.setPhoto unverifiable
users.setPresence constrained:repeat m:presence
users.profile.get read
users.profile.set constrained:repeat m:user,name w:profile,value
views.open constrained:repeat done:exchanged_trigger_id m:trigger_id w:view
views.publish constrained:repeat m:user_id w:view
views.push constrained:repeat done:exchanged_trigger_id m:trigger_id w:view
views.update constrained:repeat m:view_id,external_id w:view
stars.add constrained:repeat done:already_starred m:channel,timestamp,file
stars.list read
stars.remove constrained:repeat done:not_starred m:channel,timestamp,file
workflows.featured.add constrained:repeat m:channel_id,trigger_ids
workflows.featured.list read
workflows.featured.remove constrained:repeat m:channel_id,trigger_ids
workflows.featured.set constrained:repeat m:channel_id,trigger_ids
`;
