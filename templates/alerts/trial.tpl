{{%AUTOESCAPE context="HTML"}}
<div class="forecast" id="trial-words" role="status">
{{#TRIED}}<p class="forecast-words">{{TRIED_WORDS}}</p>{{#TRIED_MORE}}<p>{{TRIED_MORE_WORDS}}</p>{{/TRIED_MORE}}{{/TRIED}}
{{#NOT_TRIED}}<p class="forecast-words">{{NOT_TRIED_WORDS}}</p><p>{{NOT_TRIED_WHY}}</p>{{/NOT_TRIED}}
{{#NOW}}<p><strong>Now:</strong> <span class="state state-{{NOW_STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{NOW_SHAPE}}"/></svg>{{NOW_WORD}}</span> {{NOW_WORDS}}</p>{{/NOW}}
</div>
<div class="trial" id="trial-more">
{{#TRIED_CUT}}<p class="notice notice-warn"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-late"/></svg><span>{{TRIED_CUT_WORDS}}</span></p>{{/TRIED_CUT}}
{{#TRIED_ADVICE}}<p class="notice"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-queued"/></svg><span>{{TRIED_ADVICE_WORDS}}</span></p>{{/TRIED_ADVICE}}
{{#TRIAL_PICTURE}}{{>PICTURE}}{{/TRIAL_PICTURE}}
{{#FIRINGS}}
<div class="table-scroll" tabindex="0" role="region" aria-label="Times it would have fired">
<table class="dense">
<caption>{{FIRINGS_TITLE}}</caption>
<thead><tr><th scope="col">Fired</th><th scope="col" class="num">{{LEFT_NAME}}</th><th scope="col">Resolved</th></tr></thead>
<tbody>
{{#FIRING}}<tr><th scope="row"><time datetime="{{FIRED_ISO}}">{{FIRED_TIME}}</time></th><td class="num">{{FIRED_VALUE}}</td><td>{{#ENDED}}<time datetime="{{ENDED_ISO}}">{{ENDED_TIME}}</time>{{/ENDED}}{{#STILL}}still active{{/STILL}}<span class="sub">after {{FIRED_FOR}}</span></td></tr>
{{/FIRING}}
</tbody>
</table>
</div>
{{/FIRINGS}}
{{#HOLDS}}
<ul class="saved">{{#HOLD}}<li><p><strong>{{HOLD_SUBJECT}}</strong> {{HOLD_WORDS}}</p></li>
{{/HOLD}}</ul>
{{#HOLDS_CUT}}<p class="soft">There are more.</p>{{/HOLDS_CUT}}
{{/HOLDS}}
</div>
