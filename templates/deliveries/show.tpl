{{%AUTOESCAPE context="HTML"}}
{{>TABS}}
<p class="visually-hidden live-note" id="live-note" role="status" aria-live="polite"></p>
<div class="grid" id="live" data-live="/live/alerts" data-words="{{HEADLINE}}" {{#SETTLED}}data-ended=""{{/SETTLED}}>
<section class="verdict tone-{{TONE}}" aria-label="State">
<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>
<div><p class="verdict-words">{{HEADLINE}}</p></div>
</section>
{{#MAY_RETRY}}<form class="actions" method="post" action="/deliveries/{{DELIVERY_ID}}/retry"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-primary" type="submit">Send delivery {{DELIVERY_ID}} again</button></form>{{/MAY_RETRY}}
<section class="card" aria-labelledby="answer-title">
<h2 id="answer-title">What the server said</h2>
{{#ERROR}}<p class="fault">{{ERROR_WORDS}}</p>{{/ERROR}}
{{#ANSWER}}<pre class="code" tabindex="0" role="region" aria-label="The server's answer">{{ANSWER_TEXT:p}}</pre>{{/ANSWER}}
<dl class="facts">
<div><dt>State</dt><dd><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span></dd></div>
<div><dt>Attempts</dt><dd>{{ATTEMPTS}} of {{ATTEMPTS_MAX}}</dd></div>
<div><dt>Last attempt</dt><dd>{{#TRIED}}<time datetime="{{TRIED_ISO}}" title="{{TRIED_FULL}}">{{TRIED_AGO}}</time>{{/TRIED}}</dd></div>
{{#SENT}}<div><dt>Sent</dt><dd><time datetime="{{SENT_ISO}}" title="{{SENT_FULL}}">{{SENT_AGO}}</time></dd></div>{{/SENT}}
<div><dt>Channel</dt><dd>{{#CHANNEL}}<a href="/channels/{{CHANNEL_ID}}">{{CHANNEL_NAME}}</a>{{/CHANNEL}}{{#CHANNEL_PLAIN}}{{CHANNEL_NAME}}{{/CHANNEL_PLAIN}}</dd></div>
<div><dt>Kind</dt><dd>{{KIND}}: {{KIND_WORDS}}</dd></div>
<div><dt>Severity</dt><dd>{{SEVERITY}}</dd></div>
<div><dt>Queued</dt><dd>{{#CREATED}}<time datetime="{{CREATED_ISO}}" title="{{CREATED_FULL}}">{{CREATED_AGO}}</time>{{/CREATED}}</dd></div>
{{#ASKED}}<div><dt>Asked for by</dt><dd>{{ASKED_BY}}</dd></div>{{/ASKED}}
<div class="wide"><dt>Idempotency key</dt><dd><code>{{KEY}}</code></dd></div>
<div class="wide"><dt>Tells of</dt><dd>{{#INCIDENT}}<a class="file-link" href="/incidents/{{INCIDENT_ID}}">Incident {{INCIDENT_ID}}: {{INCIDENT_TITLE}}</a>{{/INCIDENT}}{{#FURTHER}}and {{FURTHER_TEXT}}{{/FURTHER}}{{#NO_INCIDENT}}no incident{{/NO_INCIDENT}}</dd></div>
</dl>
</section>
<section class="card" aria-labelledby="text-title">
<h2 id="text-title">Message</h2>
{{#MESSAGE}}<p><strong>{{MESSAGE_TITLE}}</strong></p><pre class="code" tabindex="0" role="region" aria-label="The message">{{MESSAGE_TEXT:p}}</pre>{{/MESSAGE}}
{{#NO_TEXT_YET}}<p class="soft">It is written at the first attempt, and stays the same at every other one.</p>{{/NO_TEXT_YET}}
{{#HIDDEN_TEXT}}<p class="soft">It also tells of alerts that are not yours to see.</p>{{/HIDDEN_TEXT}}
</section>
</div>
