{{%AUTOESCAPE context="HTML"}}
{{! cgi/picture.h. The outer SVG has the size of its place, so that text keeps
    its own; the inner one stretches what is drawn. }}
<figure class="picture">
<figcaption class="picture-head"><strong>{{PICTURE_TITLE}}</strong>{{#UNIT}} <span class="soft">{{UNIT_NAME}}</span>{{/UNIT}}</figcaption>
{{#NOTHING}}<p class="soft">Nothing to draw yet.</p>{{/NOTHING}}
{{#PLOT}}
<svg class="picture-plot {{#WIDE}}picture-wide{{/WIDE}} {{#X_NAMED}}picture-named{{/X_NAMED}}" role="img" aria-labelledby="{{PICTURE_ID}}-title {{PICTURE_ID}}-text">
<title id="{{PICTURE_ID}}-title">{{PICTURE_TITLE}}</title>
<desc id="{{PICTURE_ID}}-text">{{DESCRIPTION}}</desc>
{{#Y_TICK}}<line class="picture-grid" x1="0" x2="100%" y1="{{Y_AT}}%" y2="{{Y_AT}}%"/><text class="picture-y" x="-8" y="{{Y_AT}}%" dy="0.32em" text-anchor="end">{{Y_LABEL}}</text>
{{/Y_TICK}}
{{#X_TICK}}<line class="picture-mark {{X_CLASS}}" x1="{{X_AT}}%" x2="{{X_AT}}%" y1="100%" y2="100%"/><text class="{{X_CLASS}}" x="{{X_AT}}%" y="100%" dy="1.5em" text-anchor="{{X_ANCHOR}}">{{X_LABEL}}</text>
{{/X_TICK}}
{{#X_NAMED}}<text x="100%" y="100%" dy="2.9em" text-anchor="end">{{X_NAME}}</text>{{/X_NAMED}}
<svg class="picture-data" width="100%" height="100%" viewBox="0 0 1000 1000" preserveAspectRatio="none">
{{#SERIES}}<path class="picture-{{SERIES_KIND}} series-{{SERIES_CLASS}}" d="{{SERIES_PATH}}"/>
{{/SERIES}}
</svg>
</svg>
<ul class="legend" aria-label="Legend">{{#KEY}}<li><svg class="picture-key" viewBox="0 0 24 12" aria-hidden="true"><path class="picture-{{KEY_KIND}} series-{{KEY_CLASS}}" d="{{KEY_PATH}}"/></svg>{{KEY_NAME}}</li>{{/KEY}}</ul>
{{#TABLE}}
<details class="more">
<summary>The values as a table</summary>
<div class="table-scroll" tabindex="0" role="region" aria-label="Values of {{PICTURE_TITLE}}">
<table class="dense">
{{#TABLE_CUT}}<caption>The newest {{TABLE_ROWS}}.</caption>{{/TABLE_CUT}}
<thead><tr><th scope="col">{{TABLE_X}}</th>{{#HEAD}}<th scope="col" class="num">{{HEAD_NAME}}</th>{{/HEAD}}</tr></thead>
<tbody>
{{#ROW}}<tr><th scope="row">{{#ROW_DAY}}<time>{{ROW_WHEN}}</time>{{/ROW_DAY}}{{#ROW_TIME}}<time datetime="{{ROW_ISO}}">{{ROW_WHEN}}</time>{{/ROW_TIME}}{{#ROW_NUMBER}}{{ROW_X}}{{/ROW_NUMBER}}</th>{{#CELL}}<td class="num">{{CELL_TEXT}}</td>{{/CELL}}</tr>
{{/ROW}}
</tbody>
</table>
</div>
</details>
{{/TABLE}}
{{/PLOT}}
</figure>
