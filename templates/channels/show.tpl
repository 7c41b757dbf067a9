{{%AUTOESCAPE context="HTML"}}
{{! A channel with its form, or (CHOOSE, FORM) a new one. FORM and DELETE are there for admins. }}
{{>TABS}}
{{#CHOOSE}}
<section class="card" aria-labelledby="choose-title">
<h2 id="choose-title">What kind of channel?</h2>
<ul class="links">{{#NEW_KIND}}<li><a class="button" href="/channels/new?kind={{NEW_KIND_NAME:u}}">{{NEW_KIND_TITLE}}</a></li>
{{/NEW_KIND}}</ul>
</section>
{{/CHOOSE}}
{{#ONE}}
<section class="card" aria-labelledby="facts">
<div class="card-head"><h2 id="facts">How it goes</h2><a href="/deliveries?channel={{CHANNEL_ID}}">All its deliveries</a></div>
<dl class="facts">
<div><dt>State</dt><dd><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span></dd></div>
<div><dt>Kind</dt><dd>{{KIND_TITLE}}</dd></div>
<div><dt>Where</dt><dd>{{WHERE}}</dd></div>
<div><dt>Severities</dt><dd>{{SEVERITIES}}</dd></div>
<div><dt>Named by</dt><dd>{{N_RULES}}</dd></div>
<div><dt>Last sent</dt><dd>{{#SENT}}<time datetime="{{SENT_ISO}}" title="{{SENT_FULL}}">{{SENT_AGO}}</time>{{/SENT}}{{#NEVER_SENT}}never{{/NEVER_SENT}}</dd></div>
{{#WAITING}}<div><dt>Waiting</dt><dd><a href="/deliveries?channel={{CHANNEL_ID}}&amp;state=waiting">{{WAITING_TEXT}}</a></dd></div>{{/WAITING}}
{{#DEAD}}<div><dt>Given up</dt><dd><a href="/deliveries?channel={{CHANNEL_ID}}&amp;state=dead">{{DEAD_TEXT}}</a></dd></div>{{/DEAD}}
{{#FAULT}}<div class="wide"><dt>Last fault</dt><dd>{{FAULT_TEXT}}, {{#FAULT_AT}}<time datetime="{{FAULT_AT_ISO}}" title="{{FAULT_AT_FULL}}">{{FAULT_AT_AGO}}</time>{{/FAULT_AT}}</dd></div>{{/FAULT}}
</dl>
<form class="actions" method="post" action="/channels/{{CHANNEL_ID}}/test"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-primary" type="submit">Send a test to {{CHANNEL_NAME}}</button></form>
{{#LAST}}{{>DELIVERIES}}{{/LAST}}
</section>
{{/ONE}}
{{#FORM}}
<form class="card form" method="post" action="{{FORM_URL}}" aria-labelledby="form-title">
<h2 id="form-title">{{FORM_KIND}}</h2>
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="kind" value="{{KIND}}"><input type="hidden" name="version" value="{{VERSION}}">
<div class="field {{#ERROR_NAME}}field-bad{{/ERROR_NAME}}"><label for="f-name">Name</label><p class="help" id="name-help">As rules name it: letters, digits, blanks and . _ @ -</p>{{#ERROR_NAME}}<p class="field-error" id="name-error">{{ERROR_TEXT}}</p>{{/ERROR_NAME}}<input id="f-name" name="name" maxlength="64" value="{{TYPED_NAME}}" autocomplete="off" required aria-describedby="name-help {{#ERROR_NAME}}name-error{{/ERROR_NAME}}" {{#ERROR_NAME}}aria-invalid="true"{{/ERROR_NAME}}></div>
{{#FIELD}}
<div class="field {{#BAD}}field-bad{{/BAD}}"><label for="f-{{FIELD_NAME}}">{{FIELD_LABEL}}{{#OPTIONAL}} <span class="soft">(may stay empty)</span>{{/OPTIONAL}}</label><p class="help" id="{{FIELD_NAME}}-help">{{FIELD_HELP}}{{#SECRET}}{{#KEPT}}<strong class="kept">Kept; type a new one to replace it.</strong>{{/KEPT}}{{/SECRET}}</p>{{#BAD}}<p class="field-error" id="{{FIELD_NAME}}-error">{{BAD_TEXT}}</p>{{/BAD}}
{{#PLAIN}}<input id="f-{{FIELD_NAME}}" name="{{FIELD_NAME}}" maxlength="1000" value="{{VALUE}}" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="{{FIELD_NAME}}-help {{#BAD}}{{FIELD_NAME}}-error{{/BAD}}" {{#BAD}}aria-invalid="true"{{/BAD}}>{{/PLAIN}}
{{#SECRET}}<input id="f-{{FIELD_NAME}}" name="{{FIELD_NAME}}" type="password" maxlength="1000" autocomplete="new-password" aria-describedby="{{FIELD_NAME}}-help {{#BAD}}{{FIELD_NAME}}-error{{/BAD}}" {{#BAD}}aria-invalid="true"{{/BAD}}>{{#REMOVABLE}}<label class="choice"><input type="checkbox" name="remove_{{FIELD_NAME}}" value="yes">Take the kept one away</label>{{/REMOVABLE}}{{/SECRET}}
{{#SELECT}}<select id="f-{{FIELD_NAME}}" name="{{FIELD_NAME}}" aria-describedby="{{FIELD_NAME}}-help {{#BAD}}{{FIELD_NAME}}-error{{/BAD}}" {{#BAD}}aria-invalid="true"{{/BAD}}>{{#CHOICE}}<option value="{{OPTION}}" {{#SELECTED}}selected{{/SELECTED}}>{{OPTION}}</option>{{/CHOICE}}</select>{{/SELECT}}
</div>
{{/FIELD}}
<fieldset class="field"><legend>Gets alerts of rules that name no channel, when they are</legend>
<div class="choices">
<label class="choice"><input type="checkbox" name="critical" value="yes" {{#CRITICAL}}checked{{/CRITICAL}}>critical</label>
<label class="choice"><input type="checkbox" name="warning" value="yes" {{#WARNING}}checked{{/WARNING}}>warning</label>
<label class="choice"><input type="checkbox" name="info" value="yes" {{#INFO}}checked{{/INFO}}>info</label>
</div></fieldset>
<label class="choice"><input type="checkbox" name="enabled" value="yes" {{#ENABLED}}checked{{/ENABLED}}><span>Messages go to it<span class="sub">Switched off, nothing is sent and what waits is dropped</span></span></label>
<div class="actions"><button class="button button-primary" type="submit">{{SUBMIT}}</button></div>
</form>
{{/FORM}}
{{#DELETE}}
<details class="card more">
<summary>Delete channel {{CHANNEL_NAME}}</summary>
<form class="form" method="post" action="/channels/{{CHANNEL_ID}}/delete">
<input type="hidden" name="csrf" value="{{CSRF}}">
<p>What waits for it is dropped. What it was sent stays in the deliveries. It cannot be undone.</p>
<div class="actions"><button class="button button-danger" type="submit">Delete channel {{CHANNEL_NAME}} for good</button></div>
</form>
</details>
{{/DELETE}}
