{{%AUTOESCAPE context="HTML"}}
{{>TABS}}
<p>Where messages go. A rule names its channels, or its severity chooses them.</p>
{{#SOME}}
<section class="card" aria-label="Channels">
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of channels">
<table class="stack">
<thead><tr><th scope="col">Channel</th><th scope="col">State</th><th scope="col">Severities</th><th scope="col">Last sent</th><th scope="col">Owed</th><th scope="col">Named by</th><th scope="col">Try it</th></tr></thead>
<tbody>
{{#CHANNEL}}<tr><th scope="row" class="name"><a class="cell-link" href="/channels/{{CHANNEL_ID}}">{{CHANNEL_NAME}}</a><span class="sub">{{KIND_TITLE}}</span><span class="sub">{{WHERE}}</span></th><td data-label="State"><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span>{{#FAULT}}<span class="sub">{{FAULT_TEXT}}, {{#FAULT_AT}}<time datetime="{{FAULT_AT_ISO}}" title="{{FAULT_AT_FULL}}">{{FAULT_AT_AGO}}</time>{{/FAULT_AT}}</span>{{/FAULT}}</td><td data-label="Severities">{{SEVERITIES}}</td><td data-label="Last sent">{{#SENT}}<time datetime="{{SENT_ISO}}" title="{{SENT_FULL}}">{{SENT_AGO}}</time>{{/SENT}}{{#NEVER_SENT}}<span class="zero">never</span>{{/NEVER_SENT}}</td><td data-label="Owed">{{#WAITING}}<a href="/deliveries?channel={{CHANNEL_ID}}&amp;state=waiting">{{WAITING_TEXT}} waiting</a>{{/WAITING}} {{#DEAD}}<a href="/deliveries?channel={{CHANNEL_ID}}&amp;state=dead">{{DEAD_TEXT}} given up</a>{{/DEAD}}</td><td data-label="Named by">{{N_RULES}}</td><td class="span"><form method="post" action="/channels/{{CHANNEL_ID}}/test"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button" type="submit">Send a test<span class="visually-hidden"> to {{CHANNEL_NAME}}</span></button></form></td></tr>
{{/CHANNEL}}
</tbody>
</table>
</div>
</section>
{{/SOME}}
{{#NONE}}
<div class="empty"><p><strong>There is no channel.</strong> Alerts are shown in the console and told to nobody.</p></div>
{{/NONE}}
{{#IS_ADMIN}}<p class="actions"><a class="button button-primary" href="/channels/new">Add a channel</a></p>{{/IS_ADMIN}}
