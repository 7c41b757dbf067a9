{{%AUTOESCAPE context="HTML"}}
{{! cgi/incident_lines.c }}
<div class="table-scroll table-tall" tabindex="0" role="region" aria-label="Table of events">
<table class="stack">
<thead><tr><th scope="col">Event</th><th scope="col">What happened</th><th scope="col">Rule</th><th scope="col">About</th><th scope="col" class="num">Value</th><th scope="col">Incident</th></tr></thead>
<tbody>
{{#LINE}}<tr><th scope="row"><span class="visually-hidden">Event {{LINE_ID}}: </span><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span><span class="sub">{{#AT}}<time datetime="{{AT_ISO}}" title="{{AT_AGO}}">{{AT_FULL}}</time>{{/AT}}</span></th><td class="words" data-label="What happened">{{LINE_TEXT}}</td><td class="words" data-label="Rule">{{#RULE}}<a href="/alerts/{{RULE_ID}}">{{RULE_NAME}}</a>{{/RULE}}{{#RULE_GONE}}{{RULE_NAME}} <span class="soft">(deleted)</span>{{/RULE_GONE}}<span class="sub">{{SEVERITY}}</span></td><td data-label="About">{{#OF}}<a class="nowrap" href="{{INSTRUMENT_URL}}">{{SUBJECT}}</a><span class="sub">{{INTERVAL}}</span>{{/OF}}{{ABOUT}}</td><td class="num" data-label="Value">{{#VALUE}}{{VALUE_TEXT}}{{/VALUE}}</td><td data-label="Incident">{{#TOLD}}<a class="cell-link" href="/incidents/{{INCIDENT_ID}}"><span class="visually-hidden">Incident </span>{{INCIDENT_ID}}</a>{{/TOLD}}{{#RETROACTIVE}}<span class="state state-none"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-skipped"/></svg>retroactive</span><span class="sub">nobody was told</span>{{/RETROACTIVE}}{{#ALONE}}<span class="zero">–</span>{{/ALONE}}</td></tr>
{{/LINE}}
</tbody>
</table>
</div>
