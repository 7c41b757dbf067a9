{{%AUTOESCAPE context="HTML"}}
{{>TABS}}
<section class="verdict tone-{{TONE}}" aria-label="State">
<svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>
<div><p class="verdict-words"><span class="word">{{WORD}}</span>{{#ACTIVE_FOR}} for {{ACTIVE_COUNT}}{{/ACTIVE_FOR}}{{#SINCE}} since <time datetime="{{SINCE_ISO}}" title="{{SINCE_AGO}}">{{SINCE_FULL}}</time>{{/SINCE}}</p>
<p>{{#FIRED}}Fired last <time datetime="{{FIRED_ISO}}" title="{{FIRED_FULL}}">{{FIRED_AGO}}</time>.{{/FIRED}}{{#NEVER_FIRED}}It has not fired yet.{{/NEVER_FIRED}}{{#VALUE}} What it watches is at {{VALUE_TEXT}}.{{/VALUE}}{{#INCIDENT}} <a href="/incidents/{{INCIDENT_ID}}">Incident {{INCIDENT_ID}}</a>{{/INCIDENT}}</p>
{{#FAULT}}<p><strong>It is not evaluated:</strong> {{FAULT_TEXT}}. Change it, and it begins anew.</p>{{/FAULT}}
{{#SILENCED}}<p><strong>Silenced:</strong> nobody is told now. <a href="/silences">Silences</a></p>{{/SILENCED}}</div>
</section>
<section class="card" aria-labelledby="rule-title">
<div class="card-head"><h2 id="rule-title">The rule</h2>{{#OF_INSTRUMENT}}<p><a href="{{INSTRUMENT_URL}}">Its instrument</a></p>{{/OF_INSTRUMENT}}</div>
<p class="rule-words">{{RULE_WORDS}}</p>
{{#NOTE}}<p class="lines">{{NOTE_TEXT}}</p>{{/NOTE}}
<dl class="facts">
<div><dt>Severity</dt><dd>{{SEVERITY}}</dd></div>
<div><dt>Owner</dt><dd>{{OWNER}}{{#IS_SHARED}}, shared{{/IS_SHARED}}</dd></div>
<div><dt>Channels</dt><dd>{{CHANNELS}}</dd></div>
<div><dt>Told</dt><dd>{{TOLD}}</dd></div>
<div><dt>Reminders</dt><dd>{{REMINDERS}}</dd></div>
<div><dt>Escalation</dt><dd>{{ESCALATION}}</dd></div>
<div><dt>Changed</dt><dd>{{#CHANGED}}<time datetime="{{CHANGED_ISO}}" title="{{CHANGED_FULL}}">{{CHANGED_AGO}}</time>{{/CHANGED}}, version {{VERSION}}</dd></div>
</dl>
{{#BUTTONS}}<form class="actions" method="post" action="/alerts/{{RULE_ID}}/duplicate"><input type="hidden" name="csrf" value="{{CSRF}}">
{{#OWN_BUTTONS}}<a class="button button-primary" href="/alerts/{{RULE_ID}}/edit">Edit</a><button class="button" type="submit" formaction="/alerts/{{RULE_ID}}/{{SWITCH_TO}}">{{SWITCH_WORDS}}</button>{{/OWN_BUTTONS}}
<button class="button" type="submit">Duplicate</button><a class="button" href="/silences?rule={{RULE_ID}}">Silence …</a></form>{{/BUTTONS}}
{{#MAY_DELETE}}<details class="more"><summary>Delete alert {{RULE_NAME}}</summary>
<form method="post" action="/alerts/{{RULE_ID}}/delete"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="version" value="{{VERSION}}">
<p>It is gone for good; what it has seen stays among the events. Switched off it could be used again.</p>
<p class="actions"><button class="button button-danger" type="submit">Delete alert {{RULE_NAME}}</button></p></form></details>{{/MAY_DELETE}}
</section>
<section class="card" id="trial" aria-labelledby="trial-title">
<div class="card-head"><h2 id="trial-title">Tried on the past</h2><nav class="intervals" aria-label="Span">{{#SPAN}}<a class="button" href="{{SPAN_URL}}" {{#CHOSEN}}aria-current="true"{{/CHOSEN}}>{{SPAN_WORDS}}</a>{{/SPAN}}</nav></div>
{{>TRIAL}}
</section>
<section class="card" aria-labelledby="events-title">
<div class="card-head"><h2 id="events-title">Its events</h2>{{#EVENTS}}{{#EVENTS_MORE}}<p><a href="/alerts/events?rule={{RULE_ID}}">All its events</a></p>{{/EVENTS_MORE}}{{/EVENTS}}</div>
{{#NO_EVENTS}}<p>Nothing has happened yet.</p>{{/NO_EVENTS}}
{{#EVENTS}}
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of events">
<table class="stack">
<thead><tr><th scope="col">Event</th><th scope="col">When</th><th scope="col">What</th><th scope="col">Incident</th></tr></thead>
<tbody>
{{#EVENT}}<tr><th scope="row"><span class="state state-{{EVENT_STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{EVENT_SHAPE}}"/></svg>{{EVENT_KIND}}</span></th><td data-label="When">{{#EVENT_AT}}<time datetime="{{EVENT_AT_ISO}}" title="{{EVENT_AT_FULL}}">{{EVENT_AT_AGO}}</time>{{/EVENT_AT}}</td><td data-label="What" class="words">{{EVENT_TEXT}}{{#RETROACTIVE}}<span class="sub">retroactive: found in bars of the past, told to nobody</span>{{/RETROACTIVE}}</td><td data-label="Incident">{{#EVENT_INCIDENT}}<a href="/incidents/{{EVENT_INCIDENT_ID}}"><span class="visually-hidden">Incident </span>{{EVENT_INCIDENT_ID}}</a>{{/EVENT_INCIDENT}}</td></tr>
{{/EVENT}}
</tbody>
</table>
</div>
{{/EVENTS}}
</section>
