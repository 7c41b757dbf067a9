{{%AUTOESCAPE context="HTML"}}
{{! RULE's CHANGE is there for operators; FOR_ONE where the page is about one instrument. }}
{{#ALL}}<p>Every row that a provider or a file brings is judged by these rules, in this order. A rule that <strong>refuses</strong> keeps the row out; one that <strong>flags</strong> stores it, and a person should look. Rows without a time or a price are refused whatever is chosen here.</p>{{/ALL}}
{{#ONE}}<p>The rules as they hold for {{OF_SYMBOL}}. What is changed here holds for it alone; <a href="/rules">the rules for all</a> stay.</p>{{/ONE}}
{{#BOUNDS}}
<form class="card form" method="post" action="/rules" aria-labelledby="bounds-title">
<h2 id="bounds-title">Plausible prices of {{SYMBOL}}</h2>
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="instrument" value="{{SYMBOL}}"><input type="hidden" name="was_price_min" value="{{WAS_PRICE_MIN}}"><input type="hidden" name="was_price_max" value="{{WAS_PRICE_MAX}}"><input type="hidden" name="was_jump_frac" value="{{WAS_JUMP_FRAC}}">
<div class="field"><label for="f-price_min">Smallest price</label><p class="help" id="price_min-help">Empty: anything above 0. Prices of 0 and less need a number below them, as oil once did.</p><input id="f-price_min" name="price_min" inputmode="text" maxlength="32" value="{{PRICE_MIN}}" autocomplete="off" aria-describedby="price_min-help" {{#ONLY_READ}}readonly{{/ONLY_READ}}></div>
<div class="field"><label for="f-price_max">Largest price</label><p class="help" id="price_max-help">Empty: no limit</p><input id="f-price_max" name="price_max" inputmode="text" maxlength="32" value="{{PRICE_MAX}}" autocomplete="off" aria-describedby="price_max-help" {{#ONLY_READ}}readonly{{/ONLY_READ}}></div>
<div class="field"><label for="f-jump_frac">Largest change from bar to bar</label><p class="help" id="jump_frac-help">As a fraction: 0.5 is 50 %. Empty: the threshold of the rule jump</p><input id="f-jump_frac" name="jump_frac" inputmode="text" maxlength="32" value="{{JUMP_FRAC}}" autocomplete="off" aria-describedby="jump_frac-help" {{#ONLY_READ}}readonly{{/ONLY_READ}}></div>
{{#IS_OPERATOR}}<div class="actions"><button class="button button-primary" type="submit">Change the bounds</button></div>{{/IS_OPERATOR}}
</form>
{{/BOUNDS}}
<section class="card" aria-labelledby="rules-title">
<h2 id="rules-title">What is judged</h2>
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of rules">
<table class="stack">
<thead><tr><th scope="col">Rule</th><th scope="col">Says that</th><th scope="col">A row that breaks it</th><th scope="col" class="num">Threshold</th>{{#IS_OPERATOR}}<th scope="col">Change</th>{{/IS_OPERATOR}}</tr></thead>
<tbody>
{{#RULE}}<tr><th scope="row">{{NAME}}{{#OWN}}<span class="sub">of its own</span>{{/OWN}}</th><td class="span">{{MEANING}}</td><td data-label="A row that breaks it"><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{WORD}}</span></td><td class="num" data-label="Threshold">{{#LIMIT}}{{THRESHOLD}}<span class="sub">{{LIMIT_UNIT}}</span>{{/LIMIT}}</td>{{#CHANGE}}<td>
<details {{#OPEN}}open{{/OPEN}}><summary class="button">Change<span class="visually-hidden"> the rule {{NAME}}</span></summary>
<form class="form form-narrow" method="post" action="/rules/{{NAME}}">
<input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="was_severity" value="{{WAS_SEVERITY}}"><input type="hidden" name="was_threshold" value="{{WAS_THRESHOLD}}">{{#FOR_ONE}}<input type="hidden" name="instrument" value="{{FORM_SYMBOL}}">{{/FOR_ONE}}
<div class="field"><label for="severity-{{NAME}}">A row that breaks it</label><select id="severity-{{NAME}}" name="severity">{{#FOR_ONE}}<option value="" {{#CHOSE_ALL}}selected{{/CHOSE_ALL}}>as for all: {{ALL_SEVERITY}}</option>{{/FOR_ONE}}<option value="refuse" {{#CHOSE_REFUSE}}selected{{/CHOSE_REFUSE}}>refuse: keep it out</option><option value="flag" {{#CHOSE_FLAG}}selected{{/CHOSE_FLAG}}>flag: store and doubt it</option><option value="off" {{#CHOSE_OFF}}selected{{/CHOSE_OFF}}>off: let it pass</option></select></div>
{{#HAS_THRESHOLD}}<div class="field"><label for="threshold-{{NAME}}">Threshold, {{UNIT}}</label><input id="threshold-{{NAME}}" name="threshold" inputmode="decimal" maxlength="32" value="{{TYPED}}" autocomplete="off"></div>{{/HAS_THRESHOLD}}
<div class="actions"><button class="button button-primary" type="submit">Change<span class="visually-hidden"> the rule</span> {{NAME}}</button></div>
</form>
</details>
</td>{{/CHANGE}}</tr>
{{/RULE}}
</tbody>
</table>
</div>
</section>
<form class="card form" method="get" action="/rules" aria-labelledby="one-title">
<h2 id="one-title">Rules for one instrument</h2>
{{#OWNERS}}<p>With rules or bounds of their own: {{#OWNER}}<a href="{{OWNER_URL}}">{{OWNER_SYMBOL}}</a> {{/OWNER}}</p>{{/OWNERS}}
<div class="field"><label for="f-instrument">Symbol</label><input id="f-instrument" name="instrument" maxlength="32" value="{{OF_SYMBOL}}" autocomplete="off" autocapitalize="characters" spellcheck="false" required></div>
<div class="actions"><button class="button" type="submit">Show its rules</button></div>
</form>
