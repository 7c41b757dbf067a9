{{%AUTOESCAPE context="HTML"}}
{{! ITEM: an EVENT or a DELIVERY, oldest first. }}
{{>TABS}}
<section class="verdict tone-{{HEAD_TONE}}" aria-label="State">
<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{HEAD_SHAPE}}"/></svg>
<div><p class="verdict-words">{{HEADLINE}}</p>{{#SILENCED}}<p>Silenced by {{SILENCED_BY}}: nobody is told.</p>{{/SILENCED}}</div>
</section>
{{#MAY_ACK}}
<form class="card form" method="post" action="/incidents/{{INCIDENT_ID}}/ack" aria-labelledby="ack-title">
<h2 id="ack-title">Acknowledge</h2>
<p>Others see that you are on it; no reminder and no escalation will follow.</p>
<input type="hidden" name="csrf" value="{{CSRF}}">
<div class="field {{#ERROR_NOTE}}field-bad{{/ERROR_NOTE}}"><label for="f-note">Note</label><p class="help" id="note-help">What you found or will do; may stay empty</p>{{#ERROR_NOTE}}<p class="field-error" id="note-error">{{ERROR_TEXT}}</p>{{/ERROR_NOTE}}<input id="f-note" name="note" maxlength="2000" value="{{TYPED_NOTE}}" autocomplete="off" aria-describedby="note-help {{#ERROR_NOTE}}note-error{{/ERROR_NOTE}}" {{#ERROR_NOTE}}aria-invalid="true"{{/ERROR_NOTE}}></div>
<div class="actions"><button class="button button-primary" type="submit">Acknowledge incident {{INCIDENT_ID}}</button></div>
</form>
{{/MAY_ACK}}
<section class="card" aria-labelledby="facts">
<h2 id="facts">What stands</h2>
<dl class="facts">
<div><dt>Incident</dt><dd>{{INCIDENT_ID}}</dd></div>
<div><dt>Severity</dt><dd><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span></dd></div>
<div><dt>State</dt><dd><span class="state state-{{HOW_STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{HOW_SHAPE}}"/></svg>{{HOW_WORD}}</span></dd></div>
<div><dt>Opened</dt><dd>{{#OPENED}}<time datetime="{{OPENED_ISO}}" title="{{OPENED_FULL}}">{{OPENED_AGO}}</time>{{/OPENED}}</dd></div>
{{#CLOSED}}<div><dt>Over</dt><dd><time datetime="{{CLOSED_ISO}}" title="{{CLOSED_FULL}}">{{CLOSED_AGO}}</time></dd></div>{{/CLOSED}}
<div><dt>Events</dt><dd>{{EVENTS}}</dd></div>
<div><dt>Rules of</dt><dd>{{OWNER}}</dd></div>
<div class="wide"><dt>Rules</dt><dd>{{RULES}}</dd></div>
{{#ACKED}}<div class="wide"><dt>Acknowledged</dt><dd>by {{ACKED_BY}}, {{#ACKED_AT}}<time datetime="{{ACKED_AT_ISO}}" title="{{ACKED_AT_FULL}}">{{ACKED_AT_AGO}}</time>{{/ACKED_AT}}<span class="note">{{ACK_NOTE}}</span></dd></div>{{/ACKED}}
</dl>
</section>
<section class="card" aria-labelledby="timeline">
<h2 id="timeline">What happened, and who was told</h2>
{{#EARLIER}}<p class="soft">Only the newest are shown.</p>{{/EARLIER}}
{{#NOBODY_TOLD}}<p class="soft">Nobody has been told yet.</p>{{/NOBODY_TOLD}}
<ol class="steps">
{{#ITEM}}
<li class="step tone-{{ITEM_TONE}}">
<svg class="step-mark" aria-hidden="true"><use href="/static/icons.svg#i-{{ITEM_SHAPE}}"/></svg>
<div class="step-head">{{#EVENT}}<h3>{{#RULE}}<a href="/alerts/{{RULE_ID}}">{{RULE_NAME}}</a>{{/RULE}}{{#RULE_GONE}}{{RULE_NAME}} (deleted){{/RULE_GONE}}</h3>{{/EVENT}}{{#DELIVERY}}<h3><a href="/deliveries/{{DELIVERY_ID}}">To {{CHANNEL_NAME}}: {{KIND_WORDS}}</a></h3>{{/DELIVERY}}<span class="state state-{{ITEM_STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{ITEM_SHAPE}}"/></svg>{{ITEM_WORD}}</span>{{#ITEM_AT}}<time class="soft" datetime="{{ITEM_AT_ISO}}" title="{{ITEM_AT_AGO}}">{{ITEM_AT_FULL}}</time>{{/ITEM_AT}}</div>
{{#EVENT}}<p>{{LINE_TEXT}}</p>{{/EVENT}}
{{#DELIVERY}}{{#TRIES}}<p class="soft">{{TRIES_TEXT}}</p>{{/TRIES}}{{#ERROR}}<p>{{ERROR_WORDS}}</p>{{/ERROR}}{{#ANSWER}}<p class="soft answer">{{ANSWER_TEXT}}</p>{{/ANSWER}}{{/DELIVERY}}
</li>
{{/ITEM}}
</ol>
</section>
{{#MAY_SILENCE}}
<form class="card form" method="post" action="/incidents/{{INCIDENT_ID}}/silence" aria-labelledby="silence-title">
<h2 id="silence-title">Silence</h2>
<p>Nobody is told of it for a time; what happens is kept and shown all the same.</p>
<input type="hidden" name="csrf" value="{{CSRF}}">
{{#ERROR_HOURS}}<p class="field-error" id="f-hours">{{ERROR_TEXT}}</p>{{/ERROR_HOURS}}
<div class="field {{#ERROR_REASON}}field-bad{{/ERROR_REASON}}"><label for="f-reason">Reason</label><p class="help" id="reason-help">Others read it; may stay empty</p>{{#ERROR_REASON}}<p class="field-error" id="reason-error">{{ERROR_TEXT}}</p>{{/ERROR_REASON}}<input id="f-reason" name="reason" maxlength="500" value="{{TYPED_REASON}}" autocomplete="off" aria-describedby="reason-help {{#ERROR_REASON}}reason-error{{/ERROR_REASON}}" {{#ERROR_REASON}}aria-invalid="true"{{/ERROR_REASON}}></div>
<div class="actions"><button class="button" type="submit" name="hours" value="1">Silence for 1 h</button><button class="button" type="submit" name="hours" value="8">Silence for 8 h</button><a class="button" href="{{SILENCE_URL}}">Until …</a></div>
</form>
{{/MAY_SILENCE}}
