{{%AUTOESCAPE context="HTML"}}
{{! cgi/incident_rows.c. CELL is there for operators (what stands in a section for all sees nothing of its row), CHANGE while the incident is open. }}
<div class="table-scroll table-tall" tabindex="0" role="region" aria-label="{{TABLE_LABEL}}">
<table class="stack">
<thead><tr><th scope="col">Severity</th><th scope="col">Incident</th><th scope="col">State</th><th scope="col">Since</th><th scope="col" class="num">Events</th>{{#IS_OPERATOR}}<th scope="col">Change</th>{{/IS_OPERATOR}}</tr></thead>
<tbody>
{{#INCIDENT}}<tr><td data-label="Severity"><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span></td><th scope="row" class="words"><a class="title-link" href="/incidents/{{INCIDENT_ID}}">{{INCIDENT_TITLE}}</a><span class="sub">{{RULES}}{{#OWNED}}, of {{OWNER}}{{/OWNED}}</span></th><td data-label="State"><span class="state state-{{HOW_STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{HOW_SHAPE}}"/></svg>{{HOW_WORD}}</span>{{#ACKED}}<span class="sub">by {{ACKED_BY}}{{ACK_NOTE}}</span>{{/ACKED}}{{#SILENCED}}<span class="sub">silenced by {{SILENCED_BY}}</span>{{/SILENCED}}</td><td data-label="Since">{{#SINCE}}<time datetime="{{SINCE_ISO}}" title="{{SINCE_FULL}}">{{SINCE_AGO}}</time>{{/SINCE}}{{#LASTED}}<span class="sub">lasted {{LASTED_TEXT}}</span>{{/LASTED}}</td><td class="num" data-label="Events">{{EVENTS}}</td>{{#CELL}}<td class="span">{{#CHANGE}}<div class="actions">
{{#MAY_ACK}}<details><summary class="button">Acknowledge<span class="visually-hidden"> {{INCIDENT_TITLE}}, incident {{INCIDENT_ID}}</span></summary>
<form class="form form-narrow" method="post" action="/incidents/{{INCIDENT_ID}}/ack"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="next" value="{{NEXT}}">
<div class="field"><label for="note-{{INCIDENT_ID}}">Note, if you like</label><input id="note-{{INCIDENT_ID}}" name="note" maxlength="2000" autocomplete="off"></div>
<div class="actions"><button class="button button-primary" type="submit">Acknowledge incident {{INCIDENT_ID}}</button></div></form></details>{{/MAY_ACK}}
<details><summary class="button">Silence<span class="visually-hidden"> {{INCIDENT_TITLE}}, incident {{INCIDENT_ID}}</span></summary>
<form class="form form-narrow" method="post" action="/incidents/{{INCIDENT_ID}}/silence"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="next" value="{{NEXT}}">
<div class="field"><label for="reason-{{INCIDENT_ID}}">Reason, if you like</label><input id="reason-{{INCIDENT_ID}}" name="reason" maxlength="400" autocomplete="off"></div>
<div class="actions"><button class="button button-primary" type="submit" name="hours" value="1">For 1 h</button><button class="button" type="submit" name="hours" value="8">For 8 h</button><a class="button" href="{{SILENCE_URL}}">Until …</a></div></form></details>
</div>{{/CHANGE}}</td>{{/CELL}}</tr>
{{/INCIDENT}}
</tbody>
</table>
</div>
