{{%AUTOESCAPE context="HTML"}}
{{! cgi/delivery_rows.c }}
<div class="table-scroll table-tall" tabindex="0" role="region" aria-label="Table of deliveries">
<table class="stack">
<thead><tr><th scope="col">State</th><th scope="col">Message</th><th scope="col">Channel</th><th scope="col">Since</th><th scope="col" class="num">Attempts</th><th scope="col">The server's answer</th></tr></thead>
<tbody>
{{#DELIVERY}}<tr><td data-label="State"><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span></td><th scope="row" class="words"><a class="title-link" href="/deliveries/{{DELIVERY_ID}}"><span class="visually-hidden">Delivery {{DELIVERY_ID}}: </span>{{DELIVERY_TITLE}}</a><span class="sub">{{KIND}}, {{SEVERITY}}</span></th><td class="name" data-label="Channel">{{CHANNEL_NAME}}</td><td data-label="Since">{{#CREATED}}<time datetime="{{CREATED_ISO}}" title="{{CREATED_FULL}}">{{CREATED_AGO}}</time>{{/CREATED}}</td><td class="num" data-label="Attempts">{{ATTEMPTS}}</td><td class="words" data-label="The server's answer">{{#ERROR}}<span class="fault">{{ERROR_WORDS}}</span>{{/ERROR}}{{#ANSWER}}<span class="sub">{{ANSWER_TEXT}}</span>{{/ANSWER}}{{#QUIET}}<span class="zero">–</span>{{/QUIET}}</td></tr>
{{/DELIVERY}}
</tbody>
</table>
</div>
